import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Caller, Person } from "./harness/caller.ts";
import { openHouse, type House } from "./harness/house.ts";
import { awaitImport, csv, remarksOf, sendFile } from "./harness/imports.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const FILE = csv("name,url", "one,https://example.com/");
const WORDS = ["null null: Whoever sent this file may not change this workspace any more. Nothing was written."];

let house: House;
let alice: Person;
beforeAll(async () => {
  house = await openHouse({ worker: false });
  alice = await house.register("alice");
});
afterAll(() => house.stop());

/** A workspace of alice's with somebody else in it, and calls that are about it. */
async function openTeam(member: Person): Promise<Pick<Caller, "call">> {
  const made = await house.call("POST", "/users/me/workspaces", { token: alice.token, json: { name: "Team" } });
  const { id } = await house.db.prisma.workspace.findFirstOrThrow({ where: { publicId: made.body.id } });
  await house.db.prisma.membership.create({ data: { workspaceId: id, userId: member.id, role: "USER" } });
  const call: Caller["call"] = (method, path, options = {}) =>
    house.call(method, path, { ...options, headers: { ...options.headers, "X-Workspace-Id": made.body.id } });
  return { call };
}
const count = () => house.db.prisma.monitor.count();

describe("what waits to be imported comes to nothing when its sender", () => {
  test.each([
    ["is removed", "DELETE", undefined],
    ["may only look from now on", "PATCH", { role: "VIEWER" }],
  ])("%s", async (what, method, json) => {
    const bob = await house.register(`bob-${what.length}`);
    const team = await openTeam(bob);
    const sent = await sendFile(team, bob, "monitors_csv", FILE);
    const { status } = await team.call(method, `/api/v1/members/${bob.id}`, { token: alice.token, json });
    expect(status).toBeLessThan(300);
    const view = await awaitImport(team, alice, sent.body.id);
    expect([view.state, remarksOf(view)]).toEqual(["FAILED", WORDS]);
  });

  test("still may write under another role: it is imported", async () => {
    const bob = await house.register("bob-admin");
    const team = await openTeam(bob);
    const sent = await sendFile(team, bob, "monitors_csv", FILE);
    await team.call("PATCH", `/api/v1/members/${bob.id}`, { token: alice.token, json: { role: "ADMIN" } });
    expect((await team.call("GET", `/api/v1/imports/${sent.body.id}`, { token: alice.token })).body.state).toBe(
      "QUEUED",
    );
  });

  test("is disabled by an operator", async () => {
    const [dora, operator] = [await house.register("dora"), await house.register("operator")];
    await house.db.prisma.user.update({ where: { id: operator.id }, data: { isSuperuser: true } });
    const sent = await sendFile(house, dora, "monitors_csv", FILE);
    const json = { is_active: false };
    const path = `/api/v1/operator/users/${dora.id}`;
    expect((await house.call("PATCH", path, { token: operator.token, json })).status).toBe(200);
    const row = await house.db.prisma.import.findUniqueOrThrow({ where: { id: sent.body.id } });
    expect([row.state, row.file]).toEqual(["FAILED", null]);
  });

  test("loses the key that sent it", async () => {
    const frank = await house.register("frank");
    const made = { name: "import", role: "USER" };
    const key = (await house.call("POST", "/api/v1/api-keys", { token: frank.token, json: made })).body;
    const sent = await Promise.all([
      sendFile(house, { token: key.key }, "monitors_csv", FILE),
      sendFile(house, { token: key.key }, "readings_csv", csv("sensor_id,value", "store,1")),
    ]);
    expect((await house.call("DELETE", `/api/v1/api-keys/${key.id}`, { token: frank.token })).status).toBe(204);
    const before = await count();
    await house.startWorker();
    for (const { body } of sent) {
      const view = await awaitImport(house, frank, body.id);
      expect([view.state, view.created, remarksOf(view)]).toEqual(["FAILED", 0, WORDS]);
    }
    expect((await house.call("GET", "/api/v1/sensors", { token: frank.token })).body.items).toEqual([]);
    // Only the one whose sender still may write has come in.
    await expect.poll(count, { timeout: 20_000 }).toBe(before + 1);
  });
});
