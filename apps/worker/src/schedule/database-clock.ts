/** Readings are compared within such a time: after it the clocks may have drifted apart, or been set. */
const TRUST_MS = 30_000;

/** The database's clock, as far as this process knows it: due times are judged by one clock, not by each machine's. */
export type DatabaseClock = {
  now(): Date;
  /** Reads the database's clock by a question that answers its time. */
  read(ask: () => Promise<Date>): Promise<void>;
};

/**
 * Cristian's algorithm (1989): the time was told about half-way between question and answer, so the quickest of
 * the latest answers knows it best.
 */
export function createDatabaseClock(): DatabaseClock {
  let offsetMs = 0;
  let best = { tookMs: Infinity, atMs: -Infinity };
  return {
    now: () => new Date(Date.now() + offsetMs),
    async read(ask) {
      const askedAt = Date.now();
      const told = await ask();
      const answeredAt = Date.now();
      const tookMs = answeredAt - askedAt;
      if (tookMs > best.tookMs && answeredAt - best.atMs < TRUST_MS) return;
      best = { tookMs, atMs: answeredAt };
      offsetMs = told.getTime() - (askedAt + answeredAt) / 2;
    },
  };
}
