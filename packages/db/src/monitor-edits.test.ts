import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTenant, type Tenant } from "../../../tests/harness/tenant.ts";
import { findMonitors } from "./monitor-batches.ts";
import { lockEdits, openEdits, stageEdits, writeEdits, type MonitorEdit } from "./monitor-edits.ts";
import { getMonitor, updateMonitor } from "./monitors.ts";

let tenant: Tenant;
beforeAll(async () => {
  tenant = await openTenant();
});
afterAll(() => tenant.close());

const stateOf = async (id: string) => {
  const where = { publicId: id };
  return (await tenant.db.prisma.monitor.findFirstOrThrow({ where, include: { state: true } })).state;
};
const change = (id: string, fields: object) => updateMonitor(tenant.scope, tenant.box, id, fields);

describe("changes of many monitors", () => {
  test("what somebody changes after it was read is answered to be judged again, and is not overwritten", async () => {
    const [mine, theirs] = [await tenant.addMonitor({ name: "mine" }), await tenant.addMonitor({ name: "theirs" })];
    await tenant.db.prisma.$transaction(async (tx) => {
      await openEdits(tx);
      const ids = [mine.id, theirs.id];
      const read = await findMonitors(tx, tenant.scope, { externalKeys: [], ids, urls: [] });
      const edits: MonitorEdit[] = read.map((before) => ({ before, change: { notes: "of the file" } }));
      await stageEdits(tx, tenant.box, edits);
      await change(theirs.id, { name: "renamed" });
      const stale = await lockEdits(tx);
      expect(stale.map(({ name }) => name)).toEqual(["renamed"]);
      expect(await writeEdits(tx, tenant.scope, 0)).toBe(1);
    });
    expect(await getMonitor(tenant.scope, mine.id)).toMatchObject({ name: "mine", notes: "of the file" });
    expect(await getMonitor(tenant.scope, theirs.id)).toMatchObject({ name: "renamed", notes: "" });
  });

  test("leave a monitor as one change leaves it: settings, state and what was written down", async () => {
    for (const fields of [
      { is_active: false },
      { url: "http://192.0.2.2/", auth: { type: "bearer", token: "s3cret" } as const },
      { name: "another", tags: ["a"] },
      { is_active: true, interval: 120 },
    ]) {
      const given = { name: "one", is_active: fields.is_active !== true };
      const [one, many] = [await tenant.addMonitor(given), await tenant.addMonitor(given)];
      const before = await stateOf(many.id);
      await change(one.id, fields);
      await tenant.db.prisma.$transaction(async (tx) => {
        await openEdits(tx);
        const read = await findMonitors(tx, tenant.scope, { externalKeys: [], ids: [many.id], urls: [] });
        await stageEdits(
          tx,
          tenant.box,
          read.map((row) => ({ before: row, change: fields })),
        );
        await lockEdits(tx);
        await writeEdits(tx, tenant.scope, 0);
      });
      const [a, b] = [await getMonitor(tenant.scope, one.id), await getMonitor(tenant.scope, many.id)];
      const same = { id: "", created_at: "", updated_at: "", status_since: "", next_check_at: "" };
      expect({ ...b, ...same }).toEqual({ ...a, ...same });
      const [stateA, stateB] = [await stateOf(one.id), await stateOf(many.id)];
      expect(stateB?.fence).toBe(stateA?.fence);
      expect(stateB?.nextCheckAt === null).toBe(stateA?.nextCheckAt === null);
      if (stateB?.fence === before?.fence) expect(stateB).toEqual(before);
      const deeds = await tenant.db.prisma.$queryRaw<{ before: object; after: object; subject_name: string }[]>`
        SELECT action, subject_name, before, after FROM audit_entries
        WHERE action = 'monitor.updated' AND subject_id IN (${one.id}, ${many.id})`;
      expect(deeds).toHaveLength(2);
      expect(deeds[0]).toEqual(deeds[1]);
      expect(JSON.stringify(deeds)).not.toContain("s3cret");
    }
  });
});
