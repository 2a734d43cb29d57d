import { schemaOf, type ChannelConfig } from "@pulsecheck/shared/channels/channel";
import { channelOf } from "@pulsecheck/shared/channels/registry";
import type { Cidr } from "@pulsecheck/shared/target-address";
import { refuseIssues } from "../http/problems.ts";
import { requireAllowedTarget } from "../monitors/allowed-target.ts";

/** A config with some fields changed, and null ones taken away. Refuses (400) one that its kind does not allow. */
export function takeOver(
  kind: string,
  before: ChannelConfig,
  changes: Readonly<Record<string, string | null>>,
): ChannelConfig {
  const merged = Object.entries({ ...before, ...changes }).filter(([, value]) => value !== null);
  const judged = schemaOf(channelOf(kind)).safeParse(Object.fromEntries(merged));
  if (judged.success) return given(judged.data);
  throw refuseIssues(judged.error.issues.map((issue) => ({ ...issue, path: ["config", ...issue.path] })));
}

/** Refuses (400) URLs that lead where this instance does not connect: courtesy, the guard stands in the worker. */
export async function requireAllowedConfig(
  kind: string,
  config: Readonly<Record<string, string | null>>,
  allowed: readonly Cidr[],
): Promise<void> {
  for (const [name, { input }] of Object.entries(channelOf(kind).fields)) {
    const value = config[name] ?? "";
    if (input === "url" && URL.canParse(value)) await requireAllowedTarget(value, allowed, `config.${name}`);
  }
}

function given(config: Readonly<Record<string, string | undefined>>): ChannelConfig {
  return Object.fromEntries(
    Object.entries(config).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
