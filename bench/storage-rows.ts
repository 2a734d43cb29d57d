import type pg from "pg";

const DAY_S = 86_400;
/** Days of hourly rollups at either end of the 90 days: what is read of most monitors. */
const HOURLY_DAYS = 2;
/** Days of hourly rollups of those monitors whose last month is read. */
const MONTH_DAYS = 32;

export async function readColumns(sql: pg.Client, table: string): Promise<string[]> {
  const { rows } = await sql.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [table],
  );
  return rows.map(({ name }) => name);
}

/**
 * A day of checks of all monitors with this interval, made after the latest real one and stored in the order of time,
 * as they would come. Answers how many there are.
 */
export async function fillChecks(sql: pg.Client, columns: readonly string[], intervalS: number): Promise<number> {
  const made: Record<string, string> = {
    monitor_id: "m.id",
    // A phase of its own for each monitor, to the millisecond.
    scheduled_at: `now() - t.n * interval '${intervalS} s' - (m.id::bigint * 7919 % ${intervalS * 1_000}) * interval '1 ms'`,
    total_ms: "(2 + 100 * random() ^ 4)::real",
  };
  await sql.query("CREATE TEMP TABLE sample AS SELECT * FROM checks WHERE outcome = 'o' LIMIT 1");
  await sql.query("DELETE FROM checks");
  const { rowCount } = await sql.query(
    `INSERT INTO checks (${columns.join(", ")})
     SELECT ${columns.map((name) => (name in made ? `new_${name}` : `sample.${name}`)).join(", ")}
     FROM sample, (
       SELECT ${Object.entries(made)
         .map(([name, value]) => `${value} AS new_${name}`)
         .join(", ")}
       FROM monitors m, generate_series(0, ${DAY_S / intervalS - 1}) AS t(n) WHERE m.interval_s = ${intervalS}
     ) AS fresh ORDER BY new_scheduled_at`,
  );
  return rowCount ?? 0;
}

export async function sizeOfChecks(sql: pg.Client): Promise<{ table: number; index: number }> {
  const { rows } = await sql.query<{ table: number; index: number }>(
    `SELECT sum(pg_table_size(inhrelid))::float8 AS table, sum(pg_indexes_size(inhrelid))::float8 AS index
     FROM pg_inherits WHERE inhparent = 'checks'::regclass`,
  );
  return rows[0] ?? { table: Number.NaN, index: Number.NaN };
}

/**
 * Copies the rollups of the latest day into the days before it, in the order of time; all hours of the last month for
 * `monthOf` alone (inner ids). Answers how many there are.
 */
export async function fillRollups(sql: pg.Client, days: number, monthOf: readonly number[]): Promise<number> {
  const columns = await readColumns(sql, "check_rollups");
  const copy = (periodHours: number, shifts: string, filter = "true") => `
    INSERT INTO check_rollups (${columns.join(", ")})
    SELECT ${columns.map((name) => (name === "bucket_at" ? "bucket_at - back.days * interval '1 day'" : name)).join(", ")}
    FROM check_rollups, ${shifts} AS back(days) WHERE period_hours = ${periodHours} AND ${filter}
    ORDER BY back.days DESC, check_rollups.bucket_at ON CONFLICT DO NOTHING`;
  const month = `monitor_id IN (${monthOf.join(", ")}) AND bucket_at >= now() - interval '25 hours'`;
  await sql.query(copy(24, `generate_series(1, ${days + 1})`));
  await sql.query(copy(1, `generate_series(2, ${MONTH_DAYS})`, month));
  await sql.query(
    copy(1, `unnest(ARRAY[1, ${Array.from({ length: HOURLY_DAYS + 1 }, (_, n) => days - 1 + n).join(", ")}])`),
  );
  const { rows } = await sql.query<{ n: number }>("SELECT count(*)::int AS n FROM check_rollups");
  return rows[0]?.n ?? 0;
}
