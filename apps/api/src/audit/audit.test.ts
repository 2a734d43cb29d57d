import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";

let house: House;
let alice: Person;
let charlie: Person;
beforeAll(async () => {
  house = await openHouse({ worker: false });
  [alice, charlie] = [await house.register("alice"), await house.register("charlie")];
});
afterAll(() => house.stop());

const read = async (query = "", token = alice.token) => house.call("GET", `/api/v1/audit${query}`, { token });

describe("GET /api/v1/audit", () => {
  describe("works", () => {
    test("who did what, from where, before and after; secrets are masked and what changed nothing is not there", async () => {
      const secret = "Bearer very-secret";
      const monitor = await house.addMonitor(alice, {
        url: "https://example.com/",
        name: "shop",
        is_active: false,
        headers: { Authorization: secret },
      });
      const change = (json: object) =>
        house.call("PATCH", `/api/v1/monitors/${monitor.id}`, { token: alice.token, json });
      await change({ name: "store" });
      await change({ name: "store" });
      await change({ headers: { Authorization: `${secret}-too` } });
      const { status } = await house.call("DELETE", `/api/v1/monitors/${monitor.id}`, { token: alice.token });
      expect(status).toBe(204);

      const { body } = await read(`?subject_type=monitor&subject_id=${monitor.id}`);
      expect(body.items.map(({ action }: { action: string }) => action)).toEqual([
        "monitor.deleted",
        "monitor.updated",
        "monitor.updated",
        "monitor.created",
      ]);
      expect(body.items[2]).toMatchObject({
        user: { id: alice.id, email: alice.email },
        api_key: null,
        address: expect.stringMatching(/127\.0\.0\.1|::1/),
        subject: { type: "monitor", id: monitor.id, name: "store" },
        before: { name: "shop" },
        after: { name: "store" },
      });
      expect(Object.keys(body.items[1].after)).toEqual(["headers"]);
      expect(body.items[3].before).toBeNull();
      expect(body.items[0].after).toBeNull();
      expect(JSON.stringify(body)).not.toContain("very-secret");
    });

    test("what a key did is its maker's deed, by the key", async () => {
      const made = await house.call("POST", "/api/v1/api-keys", {
        token: alice.token,
        json: { name: "deploy", role: "USER" },
      });
      await house.call("POST", "/api/v1/status-pages", {
        token: made.body.key,
        json: { slug: "audited", title: "Ours" },
      });
      const { body } = await read("?action=status_page.created");
      expect(body.items).toMatchObject([
        { user: { email: alice.email }, api_key: { id: made.body.id, name: "deploy" }, subject: { name: "Ours" } },
      ]);
      expect((await read(`?api_key_id=${made.body.id}`)).body.items).toEqual(body.items);
      expect((await read(`?api_key_id=${made.body.id}&address=192.0.2.1`)).body.items).toEqual([]);
      const [{ address }] = body.items;
      expect((await read(`?action=status_page.created&address=${address}`)).body.items).toEqual(body.items);
    });

    test("pages, and finds by person, time and name", async () => {
      for (const name of ["first", "second", "third"])
        await house.call("PATCH", "/api/v1/workspace", { token: alice.token, json: { name } });
      const first = await read("?subject_type=workspace&limit=2");
      const rest = await read(`?subject_type=workspace&limit=2&cursor=${first.body.next_cursor}`);
      const names = [...first.body.items, ...rest.body.items].map(({ after }) => after.name);
      expect(names).toEqual(["third", "second", "first"]);
      expect((await read("?q=SECOND")).body.items).toHaveLength(1);
      expect((await read(`?user_id=${charlie.id}`)).body.items).toEqual([]);
      expect((await read(`?to=${new Date(Date.now() - 3_600_000).toISOString()}`)).body.items).toEqual([]);
    });
  });

  test("400 for a filter that can be none", async () => {
    const { status, body } = await read("?subject_type=planet&action=everything");
    expect(status).toBe(400);
    expect(body.errors.map(({ field }: { field: string }) => field)).toEqual(["subject_type", "action"]);
  });

  test("403 for who does not administer", async () => {
    expect((await read("", await house.createKey(alice, "USER"))).status).toBe(403);
  });

  test("a stranger sees nothing of it", async () => {
    expect((await read("", charlie.token)).body.items).toEqual([]);
  });
});

test("nobody changes the log, not even by SQL", async () => {
  await house.call("PATCH", "/api/v1/workspace", { token: alice.token, json: { name: "ours" } });
  const refusal = /append-only/;
  for (const sql of [
    "UPDATE audit_entries SET action = 'nothing.happened'",
    "DELETE FROM audit_entries",
    "TRUNCATE audit_entries",
    "TRUNCATE workspaces CASCADE",
  ])
    await expect(house.db.pool.query(sql)).rejects.toThrow(refusal);
});
