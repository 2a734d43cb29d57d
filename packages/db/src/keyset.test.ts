import type { CountedPage } from "@pulsecheck/shared/list";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/setup/database.ts";
import { openDb, type Db } from "./client.ts";
import { Prisma } from "./generated/client.ts";
import { readPage, readThings, type Column, type KeysetQuery } from "./keyset.ts";

type Row = { id: number; name: string; at: Date; latency: number | null; is_open: boolean };
type Name = "id" | "name" | "at" | "latency" | "is_open";

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let db: Db;
beforeAll(async () => {
  database = await createTestDatabase();
  db = openDb(database.url, { name: "test", onError: () => undefined });
  await db.pool.query(
    "CREATE TABLE things (id int PRIMARY KEY, name text, at timestamptz(3), latency real, is_open boolean)",
  );
});
afterAll(async () => {
  await db.close();
  await database.drop();
});
beforeEach(() => db.pool.query("TRUNCATE things"));

const COLUMNS: Record<Name, Column> = {
  id: { sql: Prisma.sql`t.id`, type: "integer" },
  name: { sql: Prisma.sql`t.name`, type: "text" },
  at: { sql: Prisma.sql`t.at`, type: "time" },
  latency: { sql: Prisma.sql`coalesce(t.latency, -1)::float8`, type: "number" },
  is_open: { sql: Prisma.sql`t.is_open`, type: "boolean" },
};
const list = {
  select: Prisma.sql`t.*`,
  from: Prisma.sql`things t`,
  where: [Prisma.sql`true`],
  columns: COLUMNS,
  key: "id",
} as const;

const read = (query: KeysetQuery): Promise<CountedPage<Row>> => readPage(db, list, query, (rows: Row[]) => rows);

async function readAll(query: KeysetQuery, between: () => Promise<unknown> = async () => undefined): Promise<Row[]> {
  const items: Row[] = [];
  for (let cursor: string | null | undefined; cursor !== null; await between()) {
    const page: CountedPage<Row> = await read({ ...query, cursor });
    expect(page.items.length).toBeLessThanOrEqual(query.limit);
    items.push(...page.items);
    cursor = page.next_cursor;
  }
  return items;
}

async function add(rows: readonly Row[]): Promise<void> {
  await db.pool.query(
    `INSERT INTO things SELECT * FROM jsonb_to_recordset($1)
       AS t(id int, name text, at timestamptz, latency real, is_open boolean)`,
    [JSON.stringify(rows)],
  );
}

// Few values, so that many rows share them.
const fields = fc.record({
  name: fc.constantFrom("a", "b", "c"),
  at: fc.constantFrom(new Date("2026-01-01T00:00:00.001Z"), new Date("2026-01-01T00:00:00.002Z")),
  latency: fc.constantFrom(null, 0.1, 12.5, 1e30),
  is_open: fc.boolean(),
});
const things = fc.array(fields, { maxLength: 25 }).map((all) => all.map((one, i) => ({ id: i * 2 + 1, ...one })));
const sorts = fc
  .subarray<Name>(["id", "name", "at", "latency", "is_open"], { minLength: 1, maxLength: 3 })
  .chain((names) => fc.shuffledSubarray(names, { minLength: names.length }))
  .chain((names) => fc.tuple(...names.map((name) => fc.constantFrom(name, `-${name}`))))
  .map((names) => names.join(","));

/** As a person would sort: what is unknown first, ties by id, which falls where the last column falls. */
function sortRows(rows: readonly Row[], sort: string): Row[] {
  const names = sort.split(",");
  const key = names.at(-1)?.startsWith("-") === true ? "-id" : "id";
  return rows.toSorted((a, b) => {
    for (const name of [...names, key]) {
      const field = name.replace("-", "") as Name;
      const [x, y] = [Number(rank(a[field])), Number(rank(b[field]))];
      if (x !== y) return (x < y ? -1 : 1) * (name.startsWith("-") ? -1 : 1);
    }
    return 0;
  });
}
const rank = (value: Row[Name]) => (typeof value === "string" ? value.codePointAt(0) : (value ?? -1));

describe("pages", () => {
  test("are the sorted rows cut into pieces, whatever the sort", async () => {
    await fc.assert(
      fc.asyncProperty(things, sorts, fc.integer({ min: 1, max: 9 }), async (rows, sort, limit) => {
        await db.pool.query("TRUNCATE things");
        await add(rows);
        const found = await readAll({ sort, limit });
        expect(found.map(({ id }) => id)).toEqual(sortRows(rows, sort).map(({ id }) => id));
      }),
      { numRuns: 150 },
    );
  });

  test("hold each row once that was there all the time, while others come and go", async () => {
    await fc.assert(
      fc.asyncProperty(things, fc.array(fields, { minLength: 1 }), sorts, async (rows, others, sort) => {
        await db.pool.query("TRUNCATE things");
        await add(rows);
        let turn = 0;
        const found = await readAll({ sort, limit: 2 }, async () => {
          const other = others[turn % others.length];
          await db.pool.query("DELETE FROM things WHERE id % 2 = 0 AND id % 3 = 0");
          turn += 1;
          if (other !== undefined) await add([{ id: turn * 2, ...other }]);
        });
        const ids = found.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids.filter((id) => id % 2 === 1)).toEqual(sortRows(rows, sort).map(({ id }) => id));
      }),
      { numRuns: 50 },
    );
  });

  test("are told of values that JavaScript and Postgres write differently", async () => {
    const values = [1e-7, 123.4, 16_777_217, 3.4e38, -0.1];
    const at = new Date("2026-01-01T00:00:00.000Z");
    await add(values.map((latency, i) => ({ id: i, name: `"\\ü店${i}`, at, latency, is_open: true })));
    expect(await readAll({ sort: "latency,name", limit: 1 })).toHaveLength(values.length);
    expect(await readAll({ sort: "-at,-name,-latency", limit: 1 })).toHaveLength(values.length);
  });

  test("hold what was selected, and nothing of the cursor", async () => {
    await add([{ id: 1, name: "a", at: new Date(), latency: null, is_open: true }]);
    const { items } = await read({ sort: "-latency,name,at", limit: 5 });
    expect(Object.keys(items[0] ?? {})).toEqual(["id", "name", "at", "latency", "is_open"]);
  });

  test("of things come in the order of their keys, without those that are gone meanwhile", async () => {
    const at = new Date();
    await add([1, 2, 3].map((id) => ({ id, name: "a", at, latency: null, is_open: true })));
    const page = await readThings(db, list, { sort: "-id", limit: 3 }, async (ids: number[]) =>
      ids
        .filter((id) => id !== 2)
        .toSorted()
        .map((id) => [id, `thing ${id}`]),
    );
    expect(page).toEqual({ items: ["thing 3", "thing 1"], next_cursor: null });
  });
});

describe("the total", () => {
  test("is there only where it is asked for, and is of all pages", async () => {
    const at = new Date();
    await add([1, 2, 3].map((id) => ({ id, name: "a", at, latency: null, is_open: true })));
    const first = await read({ sort: "id", limit: 1, total: true });
    expect(first.total).toBe(3);
    expect((await read({ sort: "id", limit: 1, total: true, cursor: first.next_cursor ?? "" })).total).toBe(3);
    expect(await read({ sort: "id", limit: 1 })).not.toHaveProperty("total");
  });

  test("is null beyond 10,000", async () => {
    const fill = (count: number) => db.pool.query("INSERT INTO things (id) SELECT generate_series(1, $1)", [count]);
    await fill(10_000);
    expect((await read({ sort: "id", limit: 1, total: true })).total).toBe(10_000);
    await db.pool.query("INSERT INTO things (id) VALUES (0)");
    expect((await read({ sort: "id", limit: 1, total: true })).total).toBeNull();
  });
});
