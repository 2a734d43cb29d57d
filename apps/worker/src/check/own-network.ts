import { performance } from "node:perf_hooks";
import { listTargetsNotDown, type ClaimedCheck } from "@pulsecheck/db/due-checks";
import type { ProbeResult } from "@pulsecheck/shared/check";
import {
  createCrowd,
  isMost,
  isUnreachable,
  networkOf,
  type Crowd,
  type Network,
} from "@pulsecheck/shared/own-network";
import { parseCidrs } from "@pulsecheck/shared/target-address";
import type { Deps } from "../context.ts";
import { startDeadline } from "../outgoing/deadline.ts";
import { guardedConnect, type Trace } from "../outgoing/guarded-connect.ts";

const LOOK_MS = 3_000;
/** How long a look is good for, where it found the network there and where not. */
const THERE_FOR_MS = 500;
const GONE_FOR_MS = 2_000;
/** Of thousands of good checks a second not each needs to be remembered. */
const NOTE_EVERY_MS = 20;
const ANYWHERE = parseCidrs("0.0.0.0/0, ::/0");

/** Tells a target that is down from a network of our own that is gone. */
export type OwnNetwork = {
  /**
   * The result, or an inconclusive one in its place where it was our own network that failed: that opens no
   * outage and counts as no downtime. A failure waits here for a look at others, up to LOOK_MS.
   */
  judge(claim: ClaimedCheck, result: ProbeResult): Promise<ProbeResult>;
  isGone(): boolean;
};

type Look = { startedAt: number; isGone: Promise<boolean> };

/** Canaries decide where the operator named some, else the hosts that were lately well. */
export function watchOwnNetwork(deps: Deps): OwnNetwork {
  const crowds: Record<Network, Crowd> = { public: createCrowd(), private: createCrowd() };
  const gone = createGone(deps);
  const looks = createLooks(deps, crowds, gone);
  let notedAt = -Infinity;

  return {
    isGone: gone.isAny,
    async judge(claim, result) {
      const isReached = result.phases.connect !== null;
      if (!isReached && !isUnreachable(result)) return result;
      const now = performance.now();
      if (isReached && !gone.isAny() && now - notedAt < NOTE_EVERY_MS) return result;
      const url = new URL(claim.url);
      const network = networkOf(url.hostname, result.resolvedAddress);
      if (isReached) {
        notedAt = now;
        crowds[network].noteReached(url, claim.monitorId, now);
        gone.set(network, false, { reached: url.host });
        return result;
      }
      // An outage that is known already needs no look at others, but does not go on in the dark.
      const isOurs = claim.state.hasOpenIncident ? gone.is(network) : await looks.isGone(network, url.hostname);
      if (isOurs) return inconclusive(result);
      crowds[network].forget(url.hostname);
      return result;
    },
  };
}

type Gone = ReturnType<typeof createGone>;

/** Which networks are gone, as far as is known; each change is logged once. */
function createGone({ log, counters }: Deps) {
  const gone = new Set<Network>();
  return {
    is: (network: Network) => gone.has(network),
    isAny: () => gone.size > 0,
    set(network: Network, isGone: boolean, found: object): void {
      if (isGone === gone.has(network)) return;
      if (isGone) {
        gone.add(network);
        counters.add("own_network_outages_total", { network });
        log.error({ network, ...found }, "our own network seems to be gone: failing to connect says nothing now");
      } else {
        gone.delete(network);
        log.warn({ network, ...found }, "our own network is back");
      }
    },
  };
}

/** Looks at others: shared by all who want to know at the same time, and good for a moment. */
function createLooks({ config, db, log }: Deps, crowds: Record<Network, Crowd>, gone: Gone) {
  const looks = new Map<Network, Look>();
  const hasCanaries = config.canaries.length > 0;

  async function whomToAsk(network: Network, hostname: string): Promise<URL[]> {
    if (hasCanaries) return config.canaries;
    const crowd = crowds[network];
    const known = crowd.whomToAsk(hostname, performance.now());
    if (known.length > 0) return known;
    // A worker that has just begun knows nobody; the database remembers who was well.
    for (const { monitorId, url } of await listTargetsNotDown(db, 200)) {
      if (networkOf(new URL(url).hostname, null) === network)
        crowd.noteReached(new URL(url), monitorId, performance.now() - GONE_FOR_MS);
    }
    return crowd.whomToAsk(hostname, performance.now());
  }

  async function look(network: Network, hostname: string): Promise<boolean> {
    const asked = await whomToAsk(network, hostname);
    // Nobody left to ask, as in a long outage of ours: nothing new is known. Whoever is reached ends it.
    if (asked.length === 0) return gone.is(network);
    const allowed = hasCanaries ? ANYWHERE : config.allowedPrivateTargets;
    const reached = await Promise.all(asked.map((url) => canConnect(url, allowed)));
    const unreachable = reached.filter((isReached) => !isReached).length;
    const isGone = hasCanaries ? unreachable === asked.length : isMost(unreachable, asked.length);
    gone.set(network, isGone, { asked: asked.length, unreachable });
    return isGone;
  }

  async function lookOrGuess(network: Network, hostname: string): Promise<boolean> {
    try {
      return await look(network, hostname);
    } catch (error) {
      log.error({ err: error }, "it could not be found out whether our own network is there");
      return gone.is(network);
    }
  }

  return {
    isGone(network: Network, hostname: string): Promise<boolean> {
      const now = performance.now();
      const latest = looks.get(network);
      const goodForMs = gone.is(network) ? GONE_FOR_MS : THERE_FOR_MS;
      if (latest !== undefined && now - latest.startedAt < goodForMs) return latest.isGone;
      const fresh = { startedAt: now, isGone: lookOrGuess(network, hostname) };
      looks.set(network, fresh);
      return fresh.isGone;
    },
  };
}

function inconclusive(result: ProbeResult): ProbeResult {
  const detail = `${result.detail ?? ""} PulseCheck's own network seemed to be gone, so this says nothing about the target.`;
  return { ...result, outcome: "inconclusive", detail: detail.trim() };
}

async function canConnect(url: URL, allowed: Parameters<typeof guardedConnect>[1]["allowed"]): Promise<boolean> {
  const deadline = startDeadline(LOOK_MS);
  const trace: Trace = { phase: "dns", dns: null, connect: null, tls: null, address: null, tlsExpiresAt: null };
  // The way is what matters, not what is at its end: no TLS, no question.
  const plain = new URL(`http://${url.hostname}:${url.port || (url.protocol === "https:" ? 443 : 80)}/`);
  try {
    const socket = await guardedConnect(plain, { allowed, verifyTls: false, deadline }, trace);
    socket.destroy();
    return true;
  } catch {
    return false;
  } finally {
    deadline.clear();
  }
}
