import { expect, test } from "vitest";
import { openTenant } from "../../../tests/harness/tenant.ts";
import { inTransaction } from "./client.ts";

test("a connection that breaks between two statements of a transaction fails the transaction, not the process", async () => {
  const { db, close } = await openTenant();
  const transaction = inTransaction(db.pool, async (client) => {
    const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    const isGone = new Promise((resolve) => client.once("end", resolve));
    await db.pool.query("SELECT pg_terminate_backend($1)", [rows[0]?.pid]);
    await isGone;
    await client.query("SELECT 1");
  });
  await expect(transaction).rejects.toThrow(/terminat|closed|not queryable/i);
  expect((await db.pool.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
  await close();
});
