import type { BusEvent } from "@pulsecheck/shared/live-events";
import { Redis } from "ioredis";
import { followBatches, type LiveBus } from "./live-bus.ts";

// One step inside Redis, so that numbers are given and told in the same order. TIME keeps them growing even
// after a flush.
const PUBLISH = `
  local now = redis.call('TIME')
  local prev = tonumber(redis.call('GET', KEYS[1]) or '0')
  local base = math.max(prev, tonumber(now[1]) * 1000000 + tonumber(now[2]))
  local last = base + tonumber(ARGV[2])
  redis.call('SET', KEYS[1], string.format('%.0f', last))
  redis.call('PUBLISH', KEYS[2], string.format('%.0f %.0f ', base + 1, prev) .. ARGV[1])
  return 1`;

/** A Redis that is there and says nothing (frozen, or behind a broken network) must not hold up those who publish. */
const ANSWER_MS = 2_000;
/** After that, publishing fails at once for so long, or until Redis is heard of. */
const GIVE_UP_FOR_MS = 5_000;

/** The live bus on Redis pub/sub. Subscribers that lost their connection are told of a gap. */
export function openRedisBus(redisUrl: string, onError: (error: Error) => void): LiveBus {
  // A publisher must not hang on a Redis that is away: it is told, and decides.
  const publisher = connect(redisUrl, onError, {
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    commandTimeout: ANSWER_MS,
  });
  let givenUpUntil = 0;
  publisher.on("ready", () => {
    givenUpUntil = 0;
  });
  const subscribers = new Set<Redis>();
  // Pub/sub knows no database numbers; instances that share a server by number must not hear each other.
  const prefix = `pulsecheck:${publisher.options.db ?? 0}:live`;

  return {
    async publish(events: readonly BusEvent[]) {
      if (events.length === 0) return;
      if (Date.now() < givenUpUntil) throw new Error("Redis does not answer");
      try {
        if (publisher.status !== "ready") await readyOrFail(publisher);
        await publisher.eval(PUBLISH, 2, `${prefix}:seq`, prefix, JSON.stringify(events), events.length);
      } catch (error) {
        givenUpUntil = Date.now() + GIVE_UP_FOR_MS;
        // Only a new connection tells when it is back.
        if (publisher.status === "ready") publisher.disconnect(true);
        throw error;
      }
    },
    async subscribe(listener) {
      const follow = followBatches(listener);
      const subscriber = connect(redisUrl, onError, { maxRetriesPerRequest: null });
      subscribers.add(subscriber);
      subscriber.on("message", (_channel: string, message: string) => {
        const [first = "", prev = ""] = message.split(" ", 2);
        const events = JSON.parse(message.slice(first.length + prev.length + 2)) as BusEvent[];
        follow({ firstSeq: Number(first), prevSeq: Number(prev), events });
      });
      await subscriber.subscribe(prefix);
      if (publisher.status !== "ready") await readyOrFail(publisher);
      const startSeq = Number((await publisher.get(`${prefix}:seq`)) ?? 0);
      subscriber.on("ready", () => listener.onGap());
      return {
        startSeq,
        async end() {
          subscribers.delete(subscriber);
          subscriber.disconnect();
        },
      };
    },
    async close() {
      for (const redis of [publisher, ...subscribers]) redis.disconnect();
    },
  };
}

export type RedisPatience = {
  maxRetriesPerRequest: number | null;
  enableOfflineQueue?: boolean;
  commandTimeout?: number;
};

/** A connection that comes back by itself, within a second of the server. */
export function connect(redisUrl: string, onError: (error: Error) => void, patience: RedisPatience): Redis {
  const redis = new Redis(redisUrl, { ...patience, retryStrategy: (times) => Math.min(times * 100, 1_000) });
  redis.on("error", onError);
  return redis;
}

async function readyOrFail(redis: Redis): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error("Redis cannot be reached")), 1_000);
  redis.once("ready", resolve);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    redis.off("ready", resolve);
  }
}
