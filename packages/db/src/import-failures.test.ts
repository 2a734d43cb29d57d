import { afterAll, beforeAll, expect, test } from "vitest";
import { openTenant, type Tenant } from "../../../tests/harness/tenant.ts";
import { giveUpImports, releaseImport } from "./import-failures.ts";
import { claimImport, createImport, getImport } from "./imports.ts";

let tenant: Tenant;
beforeAll(async () => {
  tenant = await openTenant();
});
afterAll(() => tenant.close());

const endLeases = () => tenant.db.pool.query("UPDATE imports SET leased_until = now() - interval '1 second'");

test("an import that breaks off each time is given up, in the last error's words", async () => {
  const file = new TextEncoder().encode("https://example.com/");
  const { id } = await createImport(tenant.scope, tenant.userId, {
    kind: "url_list",
    name: "-",
    isDryRun: false,
    file,
  });
  for (const why of ["first", "second", "Invalid invocation:\n\n  in our code\n\nthe disk is full\n"]) {
    expect(await giveUpImports(tenant.db)).toEqual([]);
    const job = await claimImport(tenant.db);
    if (job === null) throw new Error("it waits for nobody");
    await releaseImport(job, new Error(why));
    await endLeases();
  }
  expect(await claimImport(tenant.db)).toBeNull();
  const [given] = await giveUpImports(tenant.db);
  expect(given).toMatchObject({ workspaceId: tenant.scope.workspaceId, progress: { id, state: "FAILED" } });
  expect((await getImport(tenant.scope, id)).errors).toEqual([
    {
      row: null,
      column: null,
      detail: "The import broke off several times and was given up. Nothing was written. At last: the disk is full",
    },
  ]);
});
