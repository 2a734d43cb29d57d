import type { Db } from "./client.ts";

const FIRST_LOOK = 100;

/**
 * Has Postgres count tables anew when they have grown a lot. Until then it plans for the size that it knew: the statements of
 * a fleet that arrives at once would read whole tables, until its own housekeeping comes by a minute later.
 * @returns what is to be told of rows that were added
 */
export function watchGrowth({ pool }: Pick<Db, "pool">, tables: readonly string[]): (added: number) => Promise<void> {
  let added = 0;
  let lookAt = FIRST_LOOK;
  return async (more) => {
    added += more;
    if (added < lookAt) return;
    lookAt = 2 * added;
    await pool.query(`ANALYZE (SKIP_LOCKED) ${tables.join(", ")}`);
  };
}
