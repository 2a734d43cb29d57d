import type { DiffParams, SchemaEngine } from "@prisma/schema-engine-wasm/schema_engine_bg";
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import prismaConfig from "../prisma.config.ts";
import { readMigrations, withEngine } from "./migration-engine.ts";

const migrationsDir = fileURLToPath(new URL("../prisma/migrations", import.meta.url));
const schemaPath = fileURLToPath(new URL("../prisma/schema.prisma", import.meta.url));
// Any number that nothing else locks; Prisma's own engine uses 72707369.
const MIGRATION_LOCK = 7_355_608_001;

const filters = {
  externalTables: prismaConfig.tables?.external ?? [],
  externalEnums: prismaConfig.enums?.external ?? [],
};

/** A migration that did not apply; `migration` is its folder's name, null when none is to blame. */
export class MigrationError extends Error {
  override readonly name = "MigrationError";
  readonly migration: string | null;

  constructor(migration: string | null, cause: unknown) {
    const text = cause instanceof Error ? cause.message : String(cause);
    const reason = text.split(/\n\s+0: /)[0] ?? text;
    super(migration === null ? reason : `migration ${migration} failed: ${reason}`, { cause });
    this.migration = migration;
  }
}

// On a connection of its own: the engine opens and closes its connections as it likes.
async function withLock<T>(databaseUrl: string, work: (lock: pg.Client) => Promise<T>): Promise<T> {
  const lock = new pg.Client({ connectionString: databaseUrl });
  // Losing it fails the next query, which is where it can be told.
  lock.on("error", () => undefined);
  await lock.connect();
  try {
    await lock.query("SELECT pg_advisory_lock($1)", [MIGRATION_LOCK]);
    return await work(lock);
  } finally {
    await lock.end();
  }
}

async function findFailed(client: pg.Client): Promise<string | null> {
  const { rows } = await client
    .query<{ migration_name: string }>(
      `SELECT migration_name FROM _prisma_migrations
       WHERE finished_at IS NULL AND rolled_back_at IS NULL ORDER BY started_at DESC LIMIT 1`,
    )
    .catch(() => ({ rows: [] }));
  return rows[0]?.migration_name ?? null;
}

// A migration is one transaction, so one that failed or was cut short by a crash has left nothing behind: it may simply
// run again. (Prisma's own command would ask a human first, because elsewhere it may have left half of its work.)
async function forgetFailed(engine: SchemaEngine, lock: pg.Client): Promise<void> {
  for (let name = await findFailed(lock); name !== null; name = await findFailed(lock)) {
    await engine.markMigrationRolledBack({ migrationName: name });
  }
}

/**
 * Applies what is not applied yet and returns the names. Any number of processes may call it at once.
 * Keeps Prisma's own `_prisma_migrations` table, so `prisma migrate deploy` works on the same database.
 * Throws MigrationError.
 */
export async function migrate(databaseUrl: string, baseDir = migrationsDir): Promise<string[]> {
  const migrationsList = await readMigrations(baseDir);
  return withLock(databaseUrl, async (lock) => {
    try {
      return await withEngine(databaseUrl, async (engine) => {
        await forgetFailed(engine, lock);
        const applied = await engine.applyMigrations({ migrationsList, filters });
        return applied.appliedMigrationNames;
      });
    } catch (error) {
      throw new MigrationError(await findFailed(lock), error);
    }
  });
}

/** The SQL that leads from the live database to schema.prisma; empty when they agree. External tables are ignored. */
export async function diffFromDatabase(databaseUrl: string): Promise<string> {
  const schema = { path: schemaPath, content: await readFile(schemaPath, "utf8") };
  const diff: DiffParams = {
    from: { tag: "schemaDatasource", files: [schema], configDir: dirname(schemaPath) },
    to: { tag: "schemaDatamodel", files: [schema] },
    script: true,
    exitCode: null,
    filters,
  };
  const { stdout } = await withEngine(databaseUrl, (engine) => engine.diff(diff), schema);
  return (stdout ?? "").replace(/^-- This is an empty migration\.\s*$/m, "").trim();
}
