import type { BusEvent } from "@pulsecheck/shared/live-events";
import pg from "pg";
import { followBatches, type BusListener, type LiveBus, type Subscription } from "./live-bus.ts";

const CHANNEL = "pulsecheck_live";
const RECONNECT_MS = 500;
const PRUNE_EVERY_MS = 30_000;

// The clock's row lock puts publishers in a line. A small batch travels in the notification itself, which must stay
// below 8,000 bytes (PostgreSQL manual, NOTIFY); a larger one, or one that was missed, is read by its number.
const PUBLISH = `
  WITH before AS (SELECT last_seq FROM live_clock WHERE id = 1 FOR UPDATE),
  clock AS (
    UPDATE live_clock c
    SET last_seq = greatest(before.last_seq, (extract(epoch FROM clock_timestamp()) * 1e6)::bigint) + $2
    FROM before RETURNING c.last_seq, before.last_seq AS prev_seq
  ),
  batch AS (INSERT INTO live_batches (last_seq, prev_seq, payload) SELECT last_seq, prev_seq, $1 FROM clock RETURNING *)
  SELECT pg_notify('${CHANNEL}', last_seq || ' ' || prev_seq || ' ' || CASE WHEN octet_length(payload) < 7900 THEN payload ELSE '' END)
  FROM batch`;

const READ = `SELECT last_seq, prev_seq, payload FROM live_batches WHERE last_seq > $1 ORDER BY last_seq LIMIT 100`;

/** The live bus on Postgres: LISTEN / NOTIFY over a table of batches. */
export function openPostgresBus(databaseUrl: string, onError: (error: Error) => void): LiveBus {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: 2,
    application_name: "pulsecheck live bus",
    // A connection that dies while it is made, or asked, never answers: nobody waits for it.
    connectionTimeoutMillis: 5_000,
    query_timeout: 10_000,
  });
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

type Batch = { last_seq: string; prev_seq: string; payload: string };

/** Follows the batches by their numbers: from notifications where they carry them, else from the table. */
function createReader(pool: pg.Pool, listener: BusListener, onFailure: (error: Error) => void) {
  const follow = followBatches(listener);
  let readUpTo: string | null = null;
  let reading: Promise<void> = Promise.resolve();
  let turns = 0;

  function take({ last_seq, prev_seq, payload }: Batch): void {
    readUpTo = last_seq;
    const events = JSON.parse(payload) as BusEvent[];
    follow({ firstSeq: Number(last_seq) - events.length + 1, prevSeq: Number(prev_seq), events });
  }

  async function readOn(): Promise<void> {
    for (;;) {
      const { rows } = await pool.query<Batch>(READ, [readUpTo]);
      for (const row of rows) take(row);
      if (rows.length < 100) return;
    }
  }

  function readNext(): void {
    turns += 1;
    reading = reading
      .then(readOn)
      .catch(onFailure)
      .finally(() => (turns -= 1));
  }

  return {
    startAt(seq: string): void {
      readUpTo = seq;
    },
    startedAt: () => readUpTo,
    readNext,
    /** Takes what a notification carries where it is the next one and nothing is being read; else reads on. */
    hear({ payload = "" }: pg.Notification): void {
      const [last_seq = "", prev_seq = ""] = payload.split(" ", 2);
      const text = payload.slice(last_seq.length + prev_seq.length + 2);
      if (turns === 0 && text !== "" && prev_seq === readUpTo) take({ last_seq, prev_seq, payload: text });
      else if (Number(last_seq) > Number(readUpTo)) readNext();
    },
    idle: () => reading,
  };
}

async function listen(
  databaseUrl: string,
  pool: pg.Pool,
  listener: BusListener,
  onError: (error: Error) => void,
): Promise<Subscription> {
  const reader = createReader(pool, listener, reconnect);
  let client: pg.Client | null = null;
  let timer: NodeJS.Timeout | undefined;
  let isEnded = false;

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
    fresh.on("error", reconnect).on("notification", reader.hear);
    fresh.on("end", () => client === fresh && reconnect());
    await fresh.connect();
    await fresh.query(`LISTEN ${CHANNEL}`);
    if (reader.startedAt() !== null) return reader.readNext();
    const { rows } = await fresh.query<{ last_seq: string }>("SELECT last_seq FROM live_clock WHERE id = 1");
    reader.startAt(rows[0]?.last_seq ?? "0");
  }

  async function end(): Promise<void> {
    isEnded = true;
    clearTimeout(timer);
    await client?.end().catch(() => undefined);
    await reader.idle();
  }

  await connect();
  return { startSeq: Number(reader.startedAt()), end };
}

function createListener(databaseUrl: string): pg.Client {
  return new pg.Client({
    connectionString: databaseUrl,
    application_name: "pulsecheck live listener",
    keepAlive: true,
  });
}
