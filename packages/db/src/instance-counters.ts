import type { CounterDelta, Counters } from "@pulsecheck/shared/counters";
import type { Db } from "./client.ts";

/** Adds what this process counted to the instance's counters, in one statement. */
export async function reportCounters(db: Db, counters: Counters): Promise<void> {
  const deltas = counters.take();
  try {
    await addToCounters(db, deltas);
  } catch (error) {
    counters.putBack(deltas);
    throw error;
  }
}

async function addToCounters(db: Db, deltas: readonly CounterDelta[]): Promise<void> {
  if (deltas.length === 0) return;
  const sorted = deltas.toSorted((a, b) => `${a.name} ${a.labels}`.localeCompare(`${b.name} ${b.labels}`));
  await db.pool.query(
    `INSERT INTO instance_counters (name, labels, value) SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])
     ON CONFLICT (name, labels) DO UPDATE SET value = instance_counters.value + excluded.value`,
    [sorted.map((one) => one.name), sorted.map((one) => one.labels), sorted.map((one) => one.by)],
  );
}

export async function readCounters(db: Db): Promise<{ name: string; labels: string; value: number }[]> {
  const rows = await db.prisma.instanceCounter.findMany({ orderBy: [{ name: "asc" }, { labels: "asc" }] });
  return rows.map((row) => ({ ...row, value: Number(row.value) }));
}
