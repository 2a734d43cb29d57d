import { inTransaction, type Db } from "./client.ts";

const DAY_MS = 86_400_000;
const DAYS_AHEAD = 7;
const NAME = /^checks_(\d{4})(\d{2})(\d{2})$/;
// One maintainer at a time, in the whole fleet; any constant does.
const LOCK = 7_245_001;

/**
 * Makes the daily partitions of "checks" from yesterday to a week ahead, and drops those whose every check is
 * older than `retentionDays`. Safe to repeat and to run side by side.
 * @returns the names of the dropped partitions
 */
export async function maintainPartitions(db: Db, now: Date, retentionDays: number): Promise<string[]> {
  return inTransaction(db.pool, async (client) => {
    await client.query("SET LOCAL lock_timeout = '3s'");
    await client.query("SELECT pg_advisory_xact_lock($1)", [LOCK]);
    const { rows } = await client.query<{ name: string }>(
      "SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'checks'::regclass",
    );
    const existing = new Set(rows.map((row) => row.name));
    const today = Math.floor(now.getTime() / DAY_MS);
    for (let day = today - 1; day <= today + DAYS_AHEAD; day++) {
      const from = new Date(day * DAY_MS);
      const name = `checks_${from.toISOString().slice(0, 10).replaceAll("-", "")}`;
      if (existing.has(name)) continue;
      const to = new Date((day + 1) * DAY_MS);
      await client.query(
        `CREATE TABLE ${name} PARTITION OF checks FOR VALUES FROM ('${from.toISOString()}') TO ('${to.toISOString()}')`,
      );
    }
    const oldest = new Date((today - retentionDays) * DAY_MS);
    const expired = [...existing].filter((name) => (dayOf(name) ?? now) < oldest);
    for (const name of expired) await client.query(`DROP TABLE ${name}`);
    return expired;
  });
}

function dayOf(name: string): Date | null {
  const match = NAME.exec(name);
  return match ? new Date(`${match[1]}-${match[2]}-${match[3]}T00:00:00Z`) : null;
}
