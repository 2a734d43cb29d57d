import { lookup } from "node:dns/promises";
import { setTimeout as delay } from "node:timers/promises";
import { refuseField } from "@pulsecheck/shared/refusal";
import { addressOfHost, whyTargetIsRefused, type Cidr } from "@pulsecheck/shared/target-address";

const PATIENCE_MS = 2_000;

/**
 * Refuses (400) a target whose every address this instance does not allow. A name that does not resolve now is
 * let through: it may soon, and each connection of each check is judged again.
 */
export async function requireAllowedTarget(url: string, allowed: readonly Cidr[], field = "url"): Promise<void> {
  const { hostname } = new URL(url);
  const why = whyTargetIsRefused(await addressesOf(hostname), allowed);
  if (why !== null) throw refuseField(field, why);
}

async function addressesOf(hostname: string): Promise<string[]> {
  const literal = addressOfHost(hostname);
  if (literal !== null) return [literal];
  if (/(^|\.)localhost\.?$/.test(hostname)) return ["127.0.0.1", "::1"];
  const none: { address: string }[] = [];
  const found = await Promise.race([lookup(hostname, { all: true }).catch(() => none), delay(PATIENCE_MS, none)]);
  return found.map(({ address }) => address);
}
