import type { BusEvent } from "@pulsecheck/shared/live-events";
import pg from "pg";
import { followBatches, type BusListener, type LiveBus, type Subscription } from "./live-bus.ts";

const CHANNEL = "pulsecheck_live";
const RECONNECT_MS = 500;
const PRUNE_EVERY_MS = 30_000;

// The clock's row lock puts publishers in a line. NOTIFY only says that there is something: its payload is
// limited to 8 kB, and a listener that was away reads by number what it missed.
const PUBLISH = `
  WITH before AS (SELECT last_seq FROM live_clock WHERE id = 1 FOR UPDATE),
  clock AS (
    UPDATE live_clock c
    SET last_seq = greatest(before.last_seq, (extract(epoch FROM clock_timestamp()) * 1e6)::bigint) + $2
    FROM before RETURNING c.last_seq, before.last_seq AS prev_seq
  ),
  batch AS (INSERT INTO live_batches (last_seq, prev_seq, payload) SELECT last_seq, prev_seq, $1 FROM clock RETURNING last_seq)
  SELECT pg_notify('${CHANNEL}', last_seq::text) FROM batch`;

const READ = `SELECT last_seq, prev_seq, payload FROM live_batches WHERE last_seq > $1 ORDER BY last_seq LIMIT 100`;

/** The live bus on Postgres: LISTEN / NOTIFY over a table of batches. */
export function openPostgresBus(databaseUrl: string, onError: (error: Error) => void): LiveBus {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2, application_name: "pulsecheck live bus" });
  pool.on("error", onError);
  const subscriptions = new Set<Subscription>();
  let prunedAt = 0;

  return {
    async publish(events: readonly BusEvent[]) {
      if (events.length === 0) return;
      await pool.query(PUBLISH, [JSON.stringify(events), events.length]);
      if (Date.now() - prunedAt < PRUNE_EVERY_MS) return;
      prunedAt = Date.now();
      await pool.query("DELETE FROM live_batches WHERE at < now() - interval '2 minutes'");
    },
    async subscribe(listener) {
      const subscription = await listen(databaseUrl, pool, listener, onError);
      subscriptions.add(subscription);
      return subscription;
    },
    async close() {
      await Promise.all([...subscriptions].map((one) => one.end()));
      await pool.end();
    },
  };
}

async function listen(
  databaseUrl: string,
  pool: pg.Pool,
  listener: BusListener,
  onError: (error: Error) => void,
): Promise<Subscription> {
  const follow = followBatches(listener);
  let client: pg.Client | null = null;
  let timer: NodeJS.Timeout | undefined;
  let isEnded = false;
  let readUpTo: string | null = null;
  let reading: Promise<void> = Promise.resolve();

  async function readOn(): Promise<void> {
    for (;;) {
      const { rows } = await pool.query<{ last_seq: string; prev_seq: string; payload: string }>(READ, [readUpTo]);
      for (const row of rows) {
        readUpTo = row.last_seq;
        const events = JSON.parse(row.payload) as BusEvent[];
        follow({ firstSeq: Number(row.last_seq) - events.length + 1, prevSeq: Number(row.prev_seq), events });
      }
      if (rows.length < 100) return;
    }
  }

  function readNext(): void {
    reading = reading.then(readOn).catch(reconnect);
  }

  function reconnect(error?: Error): void {
    if (isEnded || timer !== undefined) return;
    if (error) onError(error);
    client?.end().catch(() => undefined);
    client = null;
    timer = setTimeout(() => {
      timer = undefined;
      connect().catch(reconnect);
    }, RECONNECT_MS);
  }

  async function connect(): Promise<void> {
    const fresh = createListener(databaseUrl);
    client = fresh;
    fresh.on("error", reconnect).on("notification", readNext);
    fresh.on("end", () => client === fresh && reconnect());
    await fresh.connect();
    await fresh.query(`LISTEN ${CHANNEL}`);
    if (readUpTo === null) {
      const { rows } = await fresh.query<{ last_seq: string }>("SELECT last_seq FROM live_clock WHERE id = 1");
      readUpTo = rows[0]?.last_seq ?? "0";
    } else {
      readNext();
    }
  }

  async function end(): Promise<void> {
    isEnded = true;
    clearTimeout(timer);
    await client?.end().catch(() => undefined);
    await reading;
  }

  await connect();
  return { startSeq: Number(readUpTo), end };
}

function createListener(databaseUrl: string): pg.Client {
  return new pg.Client({
    connectionString: databaseUrl,
    application_name: "pulsecheck live listener",
    keepAlive: true,
  });
}
