import { findLivingKey, touchApiKey, type LivingKey } from "@pulsecheck/db/api-keys";
import { roleCovers } from "@pulsecheck/shared/role";
import type { Deps } from "../context.ts";
import type { Hub } from "../live/hub.ts";
import { isRevocation } from "../live/revocation.ts";

/** The key of this hash, where it may be used now; null otherwise. */
export type FindKey = (keyHash: string) => Promise<LivingKey | null>;

type KeyDeps = Pick<Deps, "db" | "log">;

/** For how long a key is believed, where no revocation reaches this process. */
const BELIEVED_FOR_MS = 5_000;
const KNOWN_AT_MOST = 10_000;

/** A key never grants more than its creator still has. */
export function isCovered({ creatorRole, role }: LivingKey): boolean {
  return roleCovers(creatorRole, role);
}

/** Looks a key up, and notes that it was used. */
export function lookUpKeys({ db, log }: KeyDeps): FindKey {
  return async (keyHash) => {
    const now = new Date();
    const key = await findLivingKey(db, { keyHash }, now);
    if (key === null || !isCovered(key)) return null;
    touchApiKey(db, key, now).catch((err: unknown) => log.warn({ err }, "a key's last use was not noted"));
    return key;
  };
}

/**
 * The same for keys that report many times a second: looked up once in a few seconds. Whatever ends a credential or a right is
 * told by the live bus, and then nothing is believed any more; so it is where the bus may have missed something.
 */
export function rememberKeys(deps: KeyDeps, hub: Pick<Hub, "follow">): FindKey {
  const lookUp = lookUpKeys(deps);
  const known = new Map<string, { key: Promise<LivingKey | null>; until: number }>();
  const forget = () => known.clear();
  hub.follow({ onEvent: (event) => isRevocation(event) && forget(), onGap: forget, onStop: forget });

  return async (keyHash) => {
    const now = Date.now();
    const before = known.get(keyHash);
    if (before !== undefined && before.until > now) {
      const key = await before.key;
      return key?.expiresAt != null && key.expiresAt.getTime() <= now ? null : key;
    }
    if (known.size >= KNOWN_AT_MOST) forget();
    const key = lookUp(keyHash);
    // Remembered from the question on: a revocation that comes before the answer forgets it too.
    known.set(keyHash, { key, until: now + BELIEVED_FOR_MS });
    const isGood = await key.then(
      (found) => found !== null,
      () => false,
    );
    // Guesses are not kept.
    if (!isGood && known.get(keyHash)?.key === key) known.delete(keyHash);
    return key;
  };
}
