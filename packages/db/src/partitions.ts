import { LOCKS } from "./advisory-locks.ts";
import type pg from "pg";
import { inTransaction, type Db } from "./client.ts";

const DAY_MS = 86_400_000;
const DAYS_AHEAD = 7;

/** What is kept in daily partitions, and how many days back something may still arrive. */
const TABLES = [
  { table: "checks", daysBack: 1 },
  { table: "pings", daysBack: 1 },
  { table: "device_reports", daysBack: 8 },
  { table: "device_events", daysBack: 8 },
  { table: "readings", daysBack: 8 },
] as const;

/**
 * Makes the daily partitions from the past in which something may still arrive to a week ahead, and drops those whose
 * every row is older than `retentionDays`. Safe to repeat and to run side by side.
 * @returns the names of the dropped partitions
 */
export async function maintainPartitions(db: Db, now: Date, retentionDays: number): Promise<string[]> {
  return inTransaction(db.pool, async (client) => {
    await client.query("SET LOCAL lock_timeout = '3s'");
    await client.query("SELECT pg_advisory_xact_lock($1)", [LOCKS.partitions]);
    const today = Math.floor(now.getTime() / DAY_MS);
    const expired: string[] = [];
    for (const { table, daysBack } of TABLES) {
      const existing = await readPartitions(client, table);
      for (let day = today - daysBack; day <= today + DAYS_AHEAD; day++)
        await makePartition(client, table, existing, day);
      // What may still arrive keeps its partition, however short the retention.
      const oldestDay = today - Math.max(retentionDays, daysBack);
      expired.push(...[...existing].flatMap(([day, name]) => (day < oldestDay ? [name] : [])));
    }
    for (const name of expired) await client.query(`DROP TABLE ${name}`);
    return expired;
  });
}

/** Makes the daily partitions of a table for these times, for what comes later than usual. Safe to repeat. */
export async function makePartitions(db: Db, table: string, times: readonly Date[]): Promise<void> {
  const days = new Set(times.map((at) => Math.floor(at.getTime() / DAY_MS)));
  await inTransaction(db.pool, async (client) => {
    const existing = await readPartitions(client, table);
    if ([...days].every((day) => existing.has(day))) return;
    await client.query("SET LOCAL lock_timeout = '3s'");
    await client.query("SELECT pg_advisory_xact_lock($1)", [LOCKS.partitions]);
    const now = await readPartitions(client, table);
    for (const day of days) await makePartition(client, table, now, day);
  });
}

export type PartitionSpan = { table: string; count: number; oldest: string | null; newest: string | null };

/** How many daily partitions each table has, and from which day to which. */
export async function readPartitionSpans({ pool }: Db): Promise<PartitionSpan[]> {
  return Promise.all(
    TABLES.map(async ({ table }) => {
      const days = [...(await readPartitions(pool, table)).keys()].toSorted((a, b) => a - b);
      const dateOf = (day: number | undefined) => (day === undefined ? null : isoDay(day));
      return { table, count: days.length, oldest: dateOf(days[0]), newest: dateOf(days.at(-1)) };
    }),
  );
}

/** The partitions of a table by their day, counted from the epoch. */
async function readPartitions(client: Pick<pg.Pool, "query">, table: string): Promise<Map<number, string>> {
  const { rows } = await client.query<{ name: string }>(
    "SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = $1::regclass",
    [table],
  );
  return new Map(
    rows.flatMap(({ name }) => {
      const [, year, month, date] = /_(\d{4})(\d{2})(\d{2})$/.exec(name) ?? [];
      return year === undefined ? [] : [[Date.parse(`${year}-${month}-${date}T00:00:00Z`) / DAY_MS, name] as const];
    }),
  );
}

async function makePartition(
  client: pg.PoolClient,
  table: string,
  existing: ReadonlyMap<number, string>,
  day: number,
): Promise<void> {
  if (existing.has(day)) return;
  const [from, to] = [day, day + 1].map((one) => new Date(one * DAY_MS).toISOString());
  const name = `${table}_${isoDay(day).replaceAll("-", "")}`;
  // Attached rather than made as a part: so nobody who reads or writes the table has to wait.
  await client.query(`CREATE TABLE ${name} (LIKE ${table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)`);
  await client.query(`ALTER TABLE ${table} ATTACH PARTITION ${name} FOR VALUES FROM ('${from}') TO ('${to}')`);
}

function isoDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
