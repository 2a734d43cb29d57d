import { hash, verify } from "@node-rs/argon2";
import { Refusal } from "@pulsecheck/shared/refusal";
import { HASHING } from "../http/limits.ts";

// OWASP's first choice for argon2id (the library's default algorithm): 19 MiB, 2 passes, 1 lane.
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

// Nobody's: unknown accounts are verified against it, so that they take as long as known ones.
const NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$JZbjmmWESUfhli+OvVu3DQ$FUioYfNdSoUZ4nlmDh78mbkzEQ2sQYTmqleYdNvEzHM";

/** Rejects with a Refusal (503) when too many wait already. */
export async function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(normalise(password), COST));
}

/** Takes the same time for no hash (an unknown account) as for a wrong password. */
export async function verifyPassword(passwordHash: string | null, password: string): Promise<boolean> {
  const isRight = await inTurn(() => verify(passwordHash ?? NOBODY, normalise(password)));
  return isRight && passwordHash !== null;
}

// The same password typed on two systems may differ in its code points.
function normalise(password: string): string {
  return password.normalize("NFKC");
}

let running = 0;
const waiting: (() => void)[] = [];

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= HASHING.parallel) {
    if (waiting.length >= HASHING.longestQueue)
      throw new Refusal(503, "Too many logins at once. Try again.", { retryAfterS: 5 });
    await new Promise<void>((resolve) => void waiting.push(resolve));
  } else {
    running += 1;
  }
  try {
    return await work();
  } finally {
    // The place is handed on, not freed: nobody can jump the queue.
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}
