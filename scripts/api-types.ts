import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createApp } from "@pulsecheck/api/app";
import type { Deps } from "@pulsecheck/api/context";
import { DOCUMENT } from "@pulsecheck/api/docs/openapi";
import type { Hub } from "@pulsecheck/api/live/hub";
import { openDb } from "@pulsecheck/db/client";
import { parseConfig } from "@pulsecheck/shared/config";
import { pino } from "pino";
import { root } from "./launch/environment.ts";

// Usage: node scripts/api-types.ts. Writes the types of the API's OpenAPI document, for the dashboard.
const web = join(root, "apps/web");
const folder = join(web, "src/generated");

/** The document of an app that is only described: nothing in it is called, and no connection is made. */
function writeDocument(): string {
  const databaseUrl = "postgresql://nobody@127.0.0.1/nothing";
  const parsed = parseConfig({ DATABASE_URL: databaseUrl, SECRET_KEY: "-".repeat(32), EMAIL_DEV_MODE: "true" });
  if (!parsed.ok) throw new Error(parsed.message);
  const db = openDb(databaseUrl, { name: "api-types", onError: () => undefined });
  const deps = { config: parsed.config, db, log: pino({ level: "silent" }) } as unknown as Deps;
  return JSON.stringify(createApp(deps, { follow() {} } as unknown as Hub).getOpenAPI31Document(DOCUMENT));
}

mkdirSync(folder, { recursive: true });
const document = join(folder, "openapi.json");
writeFileSync(document, writeDocument());
const bin = join(web, "node_modules/openapi-typescript/bin/cli.js");
const args = [bin, document, "--output", join(folder, "api.ts")];
const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
rmSync(document);
if (status !== 0) throw new Error(`openapi-typescript failed:\n${stdout}${stderr}`);
process.exit(0);
