import { parseTargetUrl } from "@pulsecheck/shared/target-url";
import { addressOfHost, whyTargetIsRefused, type Cidr } from "@pulsecheck/shared/target-address";
import { resolveHost } from "../outgoing/resolve-host.ts";

/** Names that are looked up at a time, so that checks get theirs meanwhile, and for how long in all. */
const LOOKUPS_AT_ONCE = 20;
const PATIENCE_MS = 8_000;

/** Why a host may not be asked; none where it may. */
export type RefusedHosts = ReadonlyMap<string, string>;

/**
 * Looks up the hosts of all these addresses, each once. A name that does not resolve in time is let through: each
 * connection of each check is judged again.
 */
export async function findRefusedHosts(urls: Iterable<unknown>, allowed: readonly Cidr[]): Promise<RefusedHosts> {
  const hosts = new Set<string>();
  for (const url of urls) {
    const parsed = typeof url === "string" ? parseTargetUrl(url) : null;
    if (parsed?.ok === true) hosts.add(parsed.url.hostname);
  }
  const refused = new Map<string, string>();
  const left = hosts.values();
  const until = performance.now() + PATIENCE_MS;
  const judge = async () => {
    for (const host of left) {
      const literal = addressOfHost(host);
      if (literal === null && performance.now() > until) continue;
      const why = whyTargetIsRefused(literal === null ? await addressesOf(host) : [literal], allowed);
      if (why !== null) refused.set(host, why);
    }
  };
  await Promise.all(Array.from({ length: LOOKUPS_AT_ONCE }, judge));
  return refused;
}

async function addressesOf(host: string): Promise<string[]> {
  const found = await resolveHost(host).catch(() => []);
  return found.map(({ address }) => address);
}
