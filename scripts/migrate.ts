import { join } from "node:path";
import { parseArgs } from "node:util";
import { diffFromDatabase } from "@pulsecheck/db/migrate";
import { tryLock } from "./launch/lock.js";
import { prepareDatabase } from "./launch/prepare-database.ts";
import { loadDotEnv, root } from "./launch/environment.ts";
import { startPostgres } from "./servers/postgres.ts";

// Usage: npm run db:migrate [-- --diff]
const { values } = parseArgs({ options: { diff: { type: "boolean", default: false } } });

async function run(databaseUrl: string): Promise<void> {
  const applied = await prepareDatabase(databaseUrl);
  for (const name of applied) console.log(`applied ${name}`);
  if (applied.length === 0) console.log("nothing to apply");
  if (!values.diff) return;
  const sql = await diffFromDatabase(databaseUrl);
  console.log(sql === "" ? "the database agrees with schema.prisma" : sql);
}

/** The embedded database belongs to who holds the start lock: a running `npm start` keeps it, else it is ours to stop. */
async function runEmbedded(): Promise<void> {
  const lock = tryLock(join(root, ".data/locks/start"));
  try {
    const postgres = await startPostgres({ dataDir: join(root, ".data/postgres") });
    await run(postgres.url).finally(() => (lock.held ? postgres.stop() : undefined));
  } finally {
    if (lock.held) lock.release();
  }
}

loadDotEnv();
// The same address may name another language's driver (postgresql+asyncpg:), as the apps allow it.
const configured = process.env["DATABASE_URL"]?.replace(/^(postgres(?:ql)?)\+\w+:/, "$1:");
await (configured ? run(configured) : runEmbedded());
