import { migrateQueues } from "@pulsecheck/broker/broker";
import { migrate } from "@pulsecheck/db/migrate";

/** Brings tables, and the queues' own when they live in Postgres, up to date; says what was applied. */
export async function prepareDatabase(databaseUrl: string): Promise<string[]> {
  const applied = await migrate(databaseUrl);
  if (!process.env["REDIS_URL"]) await migrateQueues(databaseUrl);
  return applied;
}
