import { migrateQueues } from "@pulsecheck/broker/broker";
import { migrate } from "@pulsecheck/db/migrate";

/** Brings tables, and the queues' own when they live in Postgres, up to date; says what was applied. */
export async function prepareDatabase(databaseUrl: string): Promise<string[]> {
  try {
    const applied = await migrate(databaseUrl);
    if (!process.env["REDIS_URL"]) await migrateQueues(databaseUrl);
    return applied;
  } catch (error) {
    throw new Error(`the database that DATABASE_URL names cannot be prepared: ${reasonOf(error)}`, { cause: error });
  }
}

/** A name with several addresses fails with one error for each, and no words of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return error.errors.map(reasonOf).join("; ");
  return error instanceof Error ? error.message : String(error);
}
