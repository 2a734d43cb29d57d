import type { ProbeResult } from "./check.ts";
import { addressOfHost, whyAddressIsRefused } from "./target-address.ts";

/** Networks fail apart: the way out to the internet, and the machines next door. */
export const NETWORKS = ["public", "private"] as const;
export type Network = (typeof NETWORKS)[number];

/** So many monitors on so many hosts must have been well: fewer failing together may well be an outage of theirs. */
const MONITORS_AT_LEAST = 20;
const HOSTS_AT_LEAST = 5;
/** Hosts that are asked, and the share of them without which it is our own network that is gone. */
const ASK_AT_MOST = 10;
const GONE_SHARE = 0.7;
const HOSTS_KEPT = 500;
const FRESH_MS = 2 * 3_600_000;

/** Did the check fail before anybody answered, so that our own network may be to blame as well as the target's? */
export function isUnreachable({ outcome, phases }: Pick<ProbeResult, "outcome" | "phases">): boolean {
  return outcome === "failure" && phases.connect === null;
}

/** On which network a target is: by the address it was connected to, else by its name. */
export function networkOf(hostname: string, address: string | null): Network {
  const literal = address ?? addressOfHost(hostname);
  if (literal === null) return /(^|\.)(localhost|local|internal|lan)\.?$/.test(hostname) ? "private" : "public";
  return whyAddressIsRefused(literal, []) === null ? "public" : "private";
}

/** Are most of those that were asked out of reach? */
export function isMost(unreachable: number, asked: number): boolean {
  return asked > 0 && unreachable / asked >= GONE_SHARE;
}

type Host = { url: URL; monitors: Set<number>; reachedAtMs: number };

/** The hosts of one network that were lately well: who may be asked whether the network is there. Bounded. */
export type Crowd = {
  /** @param nowMs any steady clock, in ms */
  noteReached(url: URL, monitorId: number, nowMs: number): void;
  /** A host that is itself down says nothing about the network. */
  forget(hostname: string): void;
  /** Whom to ask: one address of each host, the latest reached first; none where they are too few to judge by. */
  whomToAsk(exceptHostname: string, nowMs: number): URL[];
};

export function createCrowd(): Crowd {
  const hosts = new Map<string, Host>();

  function evictOldest(): void {
    const [oldest] = [...hosts].toSorted(([, a], [, b]) => a.reachedAtMs - b.reachedAtMs);
    if (oldest !== undefined) hosts.delete(oldest[0]);
  }

  return {
    noteReached(url, monitorId, nowMs) {
      const { hostname } = url;
      const known = hosts.get(hostname);
      if (known === undefined) {
        if (hosts.size >= HOSTS_KEPT) evictOldest();
        hosts.set(hostname, { url, monitors: new Set([monitorId]), reachedAtMs: nowMs });
        return;
      }
      known.reachedAtMs = nowMs;
      if (known.monitors.size < MONITORS_AT_LEAST) known.monitors.add(monitorId);
    },
    forget(hostname) {
      hosts.delete(hostname);
    },
    whomToAsk(exceptHostname, nowMs) {
      const fresh = [...hosts].filter(([, { reachedAtMs }]) => nowMs - reachedAtMs <= FRESH_MS);
      const monitors = fresh.reduce((sum, [, host]) => sum + host.monitors.size, 0);
      // The failing monitor and its host count as well, where they are not here already.
      const isKnown = fresh.some(([hostname]) => hostname === exceptHostname);
      if (monitors + (isKnown ? 0 : 1) < MONITORS_AT_LEAST || fresh.length + (isKnown ? 0 : 1) < HOSTS_AT_LEAST)
        return [];
      return fresh
        .filter(([hostname]) => hostname !== exceptHostname)
        .toSorted(([, a], [, b]) => b.reachedAtMs - a.reachedAtMs)
        .slice(0, ASK_AT_MOST)
        .map(([, { url }]) => url);
    },
  };
}
