import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import * as glue from "@prisma/schema-engine-wasm/schema_engine_bg";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { EnginePg } from "./migration-adapter.ts";

type EngineExports = { __wbindgen_start: () => void };
// TypeScript has this only in its browser library.
declare const WebAssembly: {
  instantiate(bytes: Uint8Array, imports: Record<string, unknown>): Promise<{ instance: { exports: EngineExports } }>;
};

const require = createRequire(import.meta.url);
let loaded: Promise<void> | undefined;

// Where the engine leaves its last words when it panics; without it, it dies of their absence.
Object.assign(globalThis, {
  PRISMA_WASM_PANIC_REGISTRY: { set_message: (message: string) => console.error(message) },
});

// The engine forgets its 10 s timer for the advisory lock, which would keep the process from ending.
function withoutLingeringTimers(imports: object): object {
  const entries = Object.entries(imports).map(([name, value]): [string, unknown] => {
    if (!name.startsWith("__wbg_setTimeout_")) return [name, value];
    return [name, (callback: () => void, ms: number) => setTimeout(callback, ms).unref()];
  });
  return Object.fromEntries(entries);
}

// The package's own entry point imports the .wasm file as a module, which Node does only behind a flag.
async function loadWasm(): Promise<void> {
  const folder = dirname(require.resolve("@prisma/schema-engine-wasm/schema_engine_bg"));
  const bytes = await readFile(join(folder, "schema_engine_bg.wasm"));
  const { instance } = await WebAssembly.instantiate(bytes, {
    "./schema_engine_bg.js": withoutLingeringTimers(glue),
  });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
}

/** Runs work on Prisma's schema engine, connected to one database. `schema` is needed for a diff only. */
export async function withEngine<T>(
  databaseUrl: string,
  work: (engine: glue.SchemaEngine) => Promise<T>,
  schema?: { path: string; content: string },
): Promise<T> {
  loaded ??= loadWasm();
  await loaded;
  const factory = new EnginePg(databaseUrl);
  const adapter = bindMigrationAwareSqlAdapterFactory(factory);
  const datamodels: [string, string][] | undefined = schema && [[schema.path, schema.content]];
  const engine = await glue.SchemaEngine.new({ datamodels }, () => undefined, adapter);
  try {
    return await work(engine);
  } finally {
    engine.free();
    // The engine never does: its connection, and the advisory lock on it, would stay until the pool's idle timeout.
    await factory.close();
  }
}

async function readMigration(baseDir: string, name: string): Promise<glue.MigrationDirectory> {
  const value = await readFile(join(baseDir, name, "migration.sql"), "utf8");
  return { path: name, migrationFile: { path: "migration.sql", content: { tag: "ok", value } } };
}

/** The migrations folder as the engine wants it: loaded, in the order of the names. */
export async function readMigrations(baseDir: string): Promise<glue.MigrationList> {
  const entries = await readdir(baseDir, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return {
    baseDir,
    lockfile: {
      path: "migration_lock.toml",
      content: await readFile(join(baseDir, "migration_lock.toml"), "utf8"),
    },
    shadowDbInitScript: "",
    migrationDirectories: await Promise.all(names.sort().map((name) => readMigration(baseDir, name))),
  };
}
