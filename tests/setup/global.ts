import { migrateQueues } from "@pulsecheck/broker/broker";
import { migrate } from "@pulsecheck/db/migrate";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { buildDashboard } from "../../scripts/launch/build-dashboard.ts";
import { startPostgres } from "../../scripts/servers/postgres.ts";
import { startRedis } from "../../scripts/servers/redis.ts";
import { openRunFolder, removeDeadRuns } from "./run-folder.ts";
import { TEMPLATE, withDatabase } from "./template.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** The cluster's own database; tests take a clone of the template, see database.ts. */
    postgresUrl: string;
    /** Shared by all test files: use a queue prefix of your own. */
    redisUrl: string;
  }
}

// Nothing here outlives the run, so nothing has to survive a crash.
const settings = {
  fsync: "off",
  full_page_writes: "off",
  synchronous_commit: "off",
  max_connections: "400",
};

async function prepareTemplate(postgresUrl: string): Promise<void> {
  const admin = new pg.Client({ connectionString: postgresUrl });
  await admin.connect();
  try {
    await admin.query(`CREATE DATABASE ${TEMPLATE}`);
    await migrate(withDatabase(postgresUrl, TEMPLATE));
    await migrateQueues(withDatabase(postgresUrl, TEMPLATE));
    await admin.query(`ALTER DATABASE ${TEMPLATE} ALLOW_CONNECTIONS false`);
  } finally {
    await admin.end();
  }
}

/** Whoever names test files that look at no page waits for no build of it. */
function opensBrowser(): boolean {
  const named = process.argv.slice(3).filter((argument) => !argument.startsWith("-"));
  return named.length === 0 || named.some((pattern) => /^tests|browser|dashboard/.test(pattern));
}

/** One Postgres and one Redis for the whole run, on ports and in a folder of their own. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await removeDeadRuns();
  const folder = await openRunFolder();
  const [postgres, redis] = await Promise.all([
    startPostgres({ dataDir: folder.postgresDir, settings }),
    startRedis({ dataDir: folder.redisDir }),
    ...(opensBrowser() ? [buildDashboard()] : []),
  ]);
  await prepareTemplate(postgres.url);
  project.provide("postgresUrl", postgres.url);
  project.provide("redisUrl", redis.url);
  return async () => {
    await redis.stop();
    await folder.remove();
  };
}
