import { createHash } from "node:crypto";
import { rateLimitStore } from "@pulsecheck/db/rate-limits";
import { Refusal } from "@pulsecheck/shared/refusal";
import {
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRes,
  type RateLimiterAbstract,
} from "rate-limiter-flexible";
import type { Deps, Principal } from "../context.ts";
import { networkOf } from "./client-address.ts";
import { isGenerousTo, LIMITS, type AttemptLimits, type Limit, type Limits } from "./limits.ts";

export type Attempts = {
  /**
   * Counts an attempt before it is made, so that many at once cannot slip through. Refuses (429) one too many.
   * Returns what takes the count back once the attempt has succeeded.
   */
  begin(account: string, address: string): Promise<() => Promise<void>>;
  /** From now on this account's own limit does not concern this network: its owner was there. */
  remember(account: string, address: string): Promise<void>;
};

type Kind = { [K in keyof Limits]: Limits[K] extends AttemptLimits ? K : never }[keyof Limits];
type LimitDeps = Pick<Deps, "db" | "config">;

/**
 * Limits of one kind of attempt. Nobody can guess without end: not from one network, nor from many at one
 * account. Nobody can lock out an owner: networks from which the owner logged in have a budget of their own.
 */
export function limitAttempts(deps: LimitDeps, kind: Kind, limits: Limits = LIMITS): Attempts {
  const { pair, network, account } = limits[kind];
  const pairs = openLimiter(deps, `${kind}:pair`, pair);
  const networks = openNetworkLimiter(deps, `${kind}:net`, network, limits);
  const accounts = openLimiter(deps, `${kind}:account`, account);
  const known = openLimiter(deps, "known", { points: 1, windowS: limits.knownForS });
  const remember = async (name: string, address: string) => {
    await known.set(keyOf(name, networkOf(address)), 1, limits.knownForS);
  };
  return {
    remember,
    async begin(name, address) {
      const byNetwork = networks(address);
      const [pairKey, networkKey, accountKey] = [
        keyOf(name, networkOf(address)),
        keyOf(networkOf(address)),
        keyOf(name),
      ];
      const isKnown = (await known.get(pairKey)) !== null;
      // In this order: what a network or a pair is refused costs the account's budget nothing.
      await spend(byNetwork, networkKey);
      await spend(pairs, pairKey);
      if (!isKnown) await spend(accounts, accountKey);
      return async () => {
        const back = [
          byNetwork.reward(networkKey),
          pairs.delete(pairKey),
          isKnown ? null : accounts.reward(accountKey),
        ];
        await Promise.all([...back, remember(name, address)]);
      };
    },
  };
}

/** Limits of the mails to addresses that somebody named: to confirm alerts, and to join. Refuses (429) one too many. */
export function limitAlertMails(deps: LimitDeps, limits: Limits = LIMITS) {
  const { network, workspace, recipient } = limits.alertMail;
  const networks = openNetworkLimiter(deps, "alert-mail:net", network, limits);
  const workspaces = openLimiter(deps, "alert-mail:workspace", workspace);
  const recipients = openLimiter(deps, "alert-mail:recipient", recipient);
  return async (workspaceId: number, email: string, address: string): Promise<void> => {
    // In this order: what a network or a workspace is refused costs the recipient's budget nothing.
    await spend(networks(address), keyOf(networkOf(address)));
    await spend(workspaces, String(workspaceId));
    await spend(recipients, keyOf(email));
  };
}

/** Limits of the tests of a workspace's channels: refuses (429) one too many. */
export function limitChannelTests(deps: LimitDeps, limits: Limits = LIMITS) {
  const workspaces = openLimiter(deps, "channel-test:workspace", limits.channelTest);
  return (workspaceId: number): Promise<void> => spend(workspaces, String(workspaceId));
}

/** The general limit of one user or key, kept in memory: refuses (429) one request too many. */
export function limitRequests(deps: Pick<Deps, "config">, limits: Limits = LIMITS) {
  const requests = openMemoryLimiter(deps, limits.requests, limits);
  return async ({ userId, via }: Principal, address: string): Promise<void> => {
    const key = via.kind === "key" ? `key:${via.keyId}` : `user:${userId}`;
    await spend(requests(address), key);
  };
}

/**
 * Limits of what sensors report, kept in memory: refuses (429) one request of a sensor, or reading of a workspace, too
 * many. A request is taken whole or not at all, so one that is refused costs none of them anything.
 */
export function limitReadings(deps: Pick<Deps, "config">, limits: Limits = LIMITS) {
  const sensors = openMemoryLimiter(deps, limits.readings.sensor, limits);
  const workspaces = openMemoryLimiter(deps, limits.readings.workspace, limits);
  return async (workspaceId: number, readings: readonly { sensor_id: string }[], address: string): Promise<void> => {
    const ids = [...new Set(readings.map(({ sensor_id }) => sensor_id))];
    await spendAll([
      { limiter: workspaces(address), key: String(workspaceId), points: readings.length },
      ...ids.map((id) => ({ limiter: sensors(address), key: `${workspaceId} ${id}`, points: 1 })),
    ]);
  };
}

/** Counts reports of a workspace, so many of each device, from an address. Answers the devices that are refused. */
export type CountReports = (
  workspaceId: number,
  reports: ReadonlyMap<string, number>,
  address: string,
) => Promise<Map<string, Refusal>>;

/**
 * Limits of what devices report, kept in memory: requests with reports of a device, and reports of a workspace. Each device
 * is judged by itself (429): one that comes too often costs the others nothing.
 */
export function limitReports(deps: Pick<Deps, "config">, limits: Limits = LIMITS): CountReports {
  const devices = openMemoryLimiter(deps, limits.reports.device, limits);
  const workspaces = openMemoryLimiter(deps, limits.reports.workspace, limits);
  return async (workspaceId, reports, address) => {
    const refused = new Map<string, Refusal>();
    for (const [deviceId, points] of reports) {
      try {
        await spendAll([
          { limiter: devices(address), key: `${workspaceId} ${deviceId}`, points: 1 },
          { limiter: workspaces(address), key: String(workspaceId), points },
        ]);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        refused.set(deviceId, error);
      }
    }
    return refused;
  };
}

/** The limiter of a network, which is another one for our own machine's. */
function openNetworkLimiter(deps: LimitDeps, keyPrefix: string, limit: Limit, { loopbackFactor }: Limits) {
  const usual = openLimiter(deps, keyPrefix, limit);
  const generous = openLimiter(deps, keyPrefix, { ...limit, points: limit.points * loopbackFactor });
  return (address: string) => (isGenerousTo(deps.config, address) ? generous : usual);
}

/** The limiter of one process, which is another one for our own machine's. */
function openMemoryLimiter({ config }: Pick<Deps, "config">, { points, windowS }: Limit, { loopbackFactor }: Limits) {
  const usual = new RateLimiterMemory({ points, duration: windowS });
  const generous = new RateLimiterMemory({ points: points * loopbackFactor, duration: windowS });
  return (address: string) => (isGenerousTo(config, address) ? generous : usual);
}

/** Counts in Postgres for all processes together; while it cannot be reached, each counts for itself. */
function openLimiter({ db }: LimitDeps, keyPrefix: string, { points, windowS }: Limit): RateLimiterPostgres {
  const common = { keyPrefix, points, duration: windowS };
  return new RateLimiterPostgres({
    ...rateLimitStore(db),
    ...common,
    // A flood is turned away without asking the database again.
    inMemoryBlockOnConsumed: points + 1,
    insuranceLimiter: new RateLimiterMemory(common),
  });
}

async function spend(limiter: RateLimiterAbstract, key: string, points = 1): Promise<void> {
  try {
    await limiter.consume(key, points);
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    const retryAfterS = Math.max(1, Math.ceil(error.msBeforeNext / 1_000));
    throw new Refusal(429, `Too many attempts. Try again in ${retryAfterS} seconds.`, { retryAfterS });
  }
}

/** Refuses (429) where one of these is too many, and then spends none of them. */
async function spendAll(costs: readonly { limiter: RateLimiterAbstract; key: string; points: number }[]) {
  const spent: (typeof costs)[number][] = [];
  try {
    for (const cost of costs) {
      spent.push(cost);
      await spend(cost.limiter, cost.key, cost.points);
    }
  } catch (error) {
    for (const { limiter, key, points } of spent) await limiter.reward(key, points);
    throw error;
  }
}

// Short whatever the input, and the table shows neither addresses nor e-mails.
function keyOf(...parts: string[]): string {
  return createHash("sha256").update(parts.join("\n")).digest("base64url").slice(0, 32);
}
