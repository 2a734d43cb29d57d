import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { isComplete, SUPERUSER } from "./postgres-cluster.ts";

/** What a cluster keeps from start to start, in a file beside its data that only we can read. */
export type Identity = { password: string; port: number };

export const identityFile = (dataDir: string): string => `${dataDir}.json`;
export const databaseUrl = ({ password, port }: Identity, database: string): string =>
  `postgresql://${SUPERUSER}:${password}@127.0.0.1:${port}/${database}`;

export async function loadIdentity(dataDir: string, home: string): Promise<Identity> {
  const file = identityFile(dataDir);
  if (existsSync(file)) return JSON.parse(await readFile(file, "utf8")) as Identity;
  if (isComplete(home)) {
    throw new Error(`${file} with the password of ${home} is missing: put it back or remove both`);
  }
  return { password: randomBytes(24).toString("hex"), port: 0 };
}

export const saveIdentity = (dataDir: string, identity: Identity): Promise<void> =>
  writeFile(identityFile(dataDir), JSON.stringify(identity), { mode: 0o600 });
