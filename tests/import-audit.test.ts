import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Person } from "./harness/caller.ts";
import { openHouse, type House } from "./harness/house.ts";
import { countsOf, csv, importFile } from "./harness/imports.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.stop());

type Entry = {
  action: string;
  subject: { name: string };
  before: object | null;
  after: Record<string, unknown> | null;
};
const entries = async ({ token }: Person, query = "subject_type=monitor") =>
  (await house.call("GET", `/api/v1/audit?limit=100&${query}`, { token })).body.items as Entry[];

test("what a file creates is written down as what a request creates", async () => {
  const [alice, bob] = [await house.register("alice"), await house.register("bob")];
  for (const fields of [
    { name: "Shop", url: "https://example.com/", interval: 3_600, expected_status: [204, "300-399"], tags: ["a"] },
    { name: "Nightly", kind: "cron", schedule: "30 2 * * *", grace_s: 90 },
    { name: "Hourly", kind: "cron", interval: 3_600, is_active: false },
  ])
    await house.addMonitor(alice, fields);
  const file = (await house.call("GET", "/api/v1/exports/monitors", { token: alice.token })).body as string;
  expect(countsOf(await importFile(house, bob, "monitors_csv", file, "&dry_run=true"))).toBe("DONE +3 ~0 =0 -0 !0");
  expect(await entries(bob)).toEqual([]);
  await importFile(house, bob, "monitors_csv", file);
  const outlined = async (person: Person) =>
    (await entries(person))
      .map(({ action, subject, before, after }) => {
        const own = { id: "", user_id: "", external_key: "" };
        return { action, name: subject.name, before, after: { ...after, ...own } };
      })
      .toSorted((a, b) => a.name.localeCompare(b.name));
  expect(await outlined(bob)).toEqual(await outlined(alice));
});

test("what a file changes is written down field by field, without its secrets", async () => {
  const erin = await house.register("erin");
  const file = await readFile(new URL("harness/uptime-kuma-backup.json", import.meta.url), "utf8");
  await importFile(house, erin, "uptime_kuma", file);
  const changed = file.replace("s3cret", "n3w").replace("The front page", "The back page");
  expect(countsOf(await importFile(house, erin, "uptime_kuma", changed))).toBe("DONE +0 ~2 =3 -4 !0");
  const found = await entries(erin, "action=monitor.updated");
  expect(found.map(({ subject, before, after }) => [subject.name, before, after]).toSorted()).toEqual([
    ["API", { auth: { type: "basic", username: "kuma" } }, { auth: { type: "basic", username: "kuma" } }],
    ["Website", { notes: "The front page" }, { notes: "The back page" }],
  ]);
  expect(JSON.stringify(await entries(erin))).not.toMatch(/s3cret|n3w/);
  expect(await entries(erin, "action=monitor.created")).toHaveLength(5);
});

test("who has more than they may have still changes what they have", async () => {
  const dora = await house.register("dora");
  const rows = (interval: number) =>
    csv("external_key,name,url,interval", ...[1, 2].map((i) => `k${i},M,https://example.com/${i},${interval}`));
  await importFile(house, dora, "monitors_csv", rows(3_600));
  const where = { memberships: { some: { userId: dora.id } } };
  await house.db.prisma.workspace.updateMany({ where, data: { maxMonitors: 1 } });
  for (const query of ["&dry_run=true", ""])
    expect(countsOf(await importFile(house, dora, "monitors_csv", rows(1_800), query))).toBe("DONE +0 ~2 =0 -0 !0");
});

test("the jobs of a file keep what they have told so far", async () => {
  const frank = await house.register("frank");
  const { id, ping_id: pingId } = await house.addMonitor(frank, { kind: "cron", name: "job", interval: 3_600 });
  expect((await house.call("GET", `/ping/${pingId}`, {})).status).toBe(200);
  const look = async () => (await house.call("GET", `/api/v1/monitors/${id}`, { token: frank.token })).body;
  await expect.poll(async () => (await look()).status, { timeout: 10_000 }).toBe("UP");
  expect(countsOf(await importFile(house, frank, "monitors_csv", csv("id,name,grace_s", `${id},renamed,120`)))).toBe(
    "DONE +0 ~1 =0 -0 !0",
  );
  const after = await look();
  expect(after).toMatchObject({ status: "UP", name: "renamed", grace_s: 120, ping_id: pingId });
  expect(Date.parse(after.next_check_at)).toBeGreaterThan(Date.now() + 3_000_000);
});
