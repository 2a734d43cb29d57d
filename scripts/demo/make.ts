import { rm } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { keepDatabase } from "../launch/embedded-database.ts";
import { prepareDatabase } from "../launch/prepare-database.ts";
import { removePostgres } from "../servers/postgres.ts";
import { writeHistory } from "./history.ts";
import { gatherPeople } from "./people.ts";
import { writeNotes, type Notes } from "./place.ts";
import type { Ports } from "./targets.ts";
import { withTemporaryApi } from "./temporary-api.ts";
import { makeThings } from "./things.ts";

export type DemoDatabase = Awaited<ReturnType<typeof keepDatabase>>;

/** The folder's database: that of last time, or an empty one where there was none, or none that was finished. */
export async function openDatabase(folder: string, notes: Notes | null): Promise<DemoDatabase> {
  if (notes === null) {
    await removePostgres(join(folder, "postgres"));
    await rm(join(folder, "secret-key"), { force: true });
  }
  const database = await keepDatabase(folder);
  await prepareDatabase(database.url);
  return database;
}

/** Makes everything that a visitor finds, and notes what the next start needs. */
export async function makeDemo(env: NodeJS.ProcessEnv, ports: Ports, folder: string): Promise<Notes> {
  return withTemporaryApi(env, async (api) => {
    const things = await makeThings(api, await gatherPeople(api), ports);
    await writeHistory(api.db, ports, new Date());
    const notes: Notes = { version: 1, ports, ...things };
    await writeNotes(folder, notes);
    return notes;
  });
}

/** The targets listen elsewhere than last time, because somebody took their ports. */
export async function moveTargets(databaseUrl: string, from: Ports, to: Ports): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    for (const name of ["web", "gateway"] as const)
      await client.query("UPDATE monitors SET url = replace(url, $1, $2) WHERE url LIKE $1 || '%'", [
        `http://127.0.0.1:${from[name]}/`,
        `http://127.0.0.1:${to[name]}/`,
      ]);
  } finally {
    await client.end();
  }
}
