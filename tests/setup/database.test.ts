import pg from "pg";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "./database.ts";

let first: TestDatabase;
let second: TestDatabase;

beforeAll(async () => {
  [first, second] = await Promise.all([createTestDatabase(), createTestDatabase()]);
});
afterAll(() => Promise.all([first.drop(), second.drop()]));

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

test("each test database is migrated and alone", async () => {
  await query(first.url, "CREATE TABLE only_here ()");
  expect(await query(second.url, "SELECT to_regclass('only_here') AS found")).toEqual([{ found: null }]);
  expect(await query(second.url, "SELECT count(*)::int AS n FROM monitors")).toEqual([{ n: 0 }]);
});

test("a real Redis is there", () => {
  expect(inject("redisUrl")).toMatch(/^redis:\/\/127\.0\.0\.1:\d+$/);
});
