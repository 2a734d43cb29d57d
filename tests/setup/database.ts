import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { inject } from "vitest";
import { TEMPLATE, withDatabase } from "./template.ts";

export type TestDatabase = { url: string; drop(): Promise<void> };

const BUSY = "55006";
const ATTEMPTS = 50;

async function administer(sql: string): Promise<void> {
  const admin = new pg.Client({ connectionString: inject("postgresUrl") });
  await admin.connect();
  try {
    await admin.query(sql);
  } finally {
    await admin.end();
  }
}

async function clone(name: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await administer(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
    } catch (error) {
      // Postgres copies a template for one at a time.
      if ((error as { code?: string }).code !== BUSY || attempt === ATTEMPTS) throw error;
      await delay(100);
    }
  }
}

/** A migrated, empty database for one test file, queues included. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  await clone(name);
  return {
    url: withDatabase(inject("postgresUrl"), name),
    drop: () => administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}
