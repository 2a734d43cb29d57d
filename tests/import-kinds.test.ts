import { readFile } from "node:fs/promises";
import { IMPORT_KINDS, LARGEST_IMPORT_BYTES } from "@pulsecheck/shared/import";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Person } from "./harness/caller.ts";
import { openHouse, type House } from "./harness/house.ts";
import { countsOf, csv, importFile, placesOf, remarksOf } from "./harness/imports.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let house: House;
let alice: Person;
beforeAll(async () => {
  house = await openHouse();
  alice = await house.register("alice");
});
afterAll(() => house.stop());
const listed = async ({ token }: Person) =>
  (await house.call("GET", "/api/v1/monitors?limit=100", { token })).body.items as Record<string, unknown>[];
const exported = async ({ token }: Person, what: string) =>
  (await house.call("GET", `/api/v1/exports/${what}`, { token })).body as string;

describe("works", () => {
  test("readings: those that are new are added, once, with their sensors", async () => {
    const at = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
    const file = csv(
      "id\tsensor_id\tvalue\tunit\ttimestamp\tmetadata\tis_anomaly",
      `7\tstore\t4.5\t°C\t${at(3)}\t"{""door"":""open""}"\tfalse`,
      `8\tstore\t-5e1\t\t${at(2)}\t\t`,
      `9\tgate\t1e-21\t\t${at(1)}\t\t`,
    );
    expect(countsOf(await importFile(house, alice, "readings_csv", file, "&dry_run=true"))).toBe("DONE +3 ~0 =0 -0 !0");
    expect((await house.call("GET", "/api/v1/sensors", { token: alice.token })).body.items).toEqual([]);
    expect(countsOf(await importFile(house, alice, "readings_csv", file))).toBe("DONE +3 ~0 =0 -0 !0");
    expect(countsOf(await importFile(house, alice, "readings_csv", file))).toBe("DONE +0 ~0 =3 -0 !0");
    expect(countsOf(await importFile(house, alice, "readings_csv", await exported(alice, "readings")))).toBe(
      "DONE +0 ~0 =3 -0 !0",
    );
    const { body } = await house.call("GET", "/api/v1/sensors/store/readings", { token: alice.token });
    expect(body.items).toMatchObject([
      { value: -50, unit: "°C" },
      { value: 4.5, metadata: { door: "open" } },
    ]);
    const bad = csv(
      "sensor_id,value,unit,timestamp,metadata",
      "store,warm,K,yesterday,{",
      `store,1,K,${at(1)},`,
      `store,1,,${at(50_000)},`,
    );
    const failed = await importFile(house, alice, "readings_csv", bad);
    expect(placesOf(failed)).toEqual(["2 value", "2 metadata", "2 timestamp", "4 timestamp", "3 unit"]);
  });

  test("an Uptime Kuma backup: websites, keywords and pushes come along, the rest is passed over with a word", async () => {
    const erin = await house.register("erin");
    const file = await readFile(new URL("harness/uptime-kuma-backup.json", import.meta.url), "utf8");
    const done = await importFile(house, erin, "uptime_kuma", file);
    expect(countsOf(done)).toBe("DONE +5 ~0 =0 -4 !0");
    expect(placesOf(done)).toEqual(["4 interval", "5 pushToken", "6 type", "7 type", "8 upsideDown", "9 type"]);
    expect(await listed(erin)).toMatchObject([
      {
        name: "API",
        method: "POST",
        interval: 3_600,
        timeout_ms: 20_000,
        headers: { "X-Team": "********" },
        body: "********",
        auth: { type: "basic", username: "kuma" },
      },
      { name: "Nightly backup", kind: "cron", interval: 86_400, grace_s: 1_800 },
      {
        name: "No errors on it",
        keyword: null,
        keyword_absent: "Fatal error",
        verify_tls: false,
        follow_redirects: false,
      },
      { name: "Shop says hello", keyword: "Add to cart", expected_status: ["200-299", "304"], is_active: false },
      { name: "Website", failure_threshold: 3, tags: ["production", "team: web"], notes: "The front page" },
    ]);
    expect(countsOf(await importFile(house, erin, "uptime_kuma", file))).toBe("DONE +0 ~0 =5 -4 !0");
    expect(countsOf(await importFile(house, erin, "uptime_kuma", file.replace("s3cret", "n3w")))).toBe(
      "DONE +0 ~1 =4 -4 !0",
    );
    const halfLogin = await importFile(house, erin, "uptime_kuma", file.replace("s3cret", ""), "&dry_run=true");
    expect(remarksOf(halfLogin)).toContain(
      "4 basic_auth_pass: API: its login is left out; PulseCheck needs a password as well",
    );
    expect(remarksOf(await importFile(house, erin, "uptime_kuma", "[]"))).toEqual([
      "null null: must be a backup of Uptime Kuma: JSON with a monitorList",
    ]);
  });

  test("a list of addresses: each once, what is watched already stays", async () => {
    const frank = await house.register("frank");
    await house.addMonitor(frank, { url: "https://example.com/", name: "mine", interval: 3_600 });
    const file = "\uFEFF# ours\r\nhttps://example.com\r\nexample.org/health\n\nhttps://example.org/health\n";
    const done = await importFile(house, frank, "url_list", file);
    expect([countsOf(done), remarksOf(done)]).toEqual(["DONE +1 ~0 =1 -1 !0", ["5 url: is in row 3 already"]]);
    expect((await listed(frank)).map(({ name, url }) => [name, url])).toEqual([
      ["example.org/health", "https://example.org/health"],
      ["mine", "https://example.com/"],
    ]);
    const failed = await importFile(house, frank, "url_list", "https://\nftp://example.com/");
    expect(placesOf(failed)).toEqual(["1 url", "2 url"]);
  });

  test("each sample is one that can be imported", async () => {
    const grace = await house.register("grace");
    for (const kind of IMPORT_KINDS) {
      const { status, body } = await house.call("GET", `/api/v1/imports/samples/${kind}`, { token: grace.token });
      const text = typeof body === "string" ? body : JSON.stringify(body);
      const done = await importFile(house, grace, kind, text);
      expect([kind, status, done.state, done.errors]).toEqual([kind, 200, "DONE", []]);
    }
  });
});

describe("refusals", () => {
  const list = "https://example.com/";
  const send = (token: string | undefined, query: string, raw = list, type = "text/plain") =>
    house.call("POST", `/api/v1/imports${query}`, { token, raw, headers: { "Content-Type": type } });

  test.each([
    ["a kind that nobody knows", "?kind=xlsx", list, "kind"],
    ["no kind", "", list, "kind"],
    ["an empty file", "?kind=url_list", "", "body"],
    ["what the route does not know", "?kind=url_list&when=now", list, "when"],
  ])("400: %s", async (_what, query, raw, field) => {
    const { status, body } = await send(alice.token, query, raw);
    expect([status, body.errors?.[0]?.field]).toEqual([400, field]);
  });

  test("401 without a credential, before a byte of the file is kept", async () => {
    expect((await send(undefined, "?kind=url_list")).status).toBe(401);
  });

  test("403 for who may only read or report", async () => {
    for (const role of ["VIEWER", "INGEST"] as const)
      expect((await send(await house.createKey(alice, role), "?kind=url_list")).status).toBe(403);
  });

  test("404 for a stranger's import", async () => {
    const [charlie, { body }] = [
      await house.register("charlie"),
      await send(alice.token, "?kind=url_list&dry_run=true"),
    ];
    const path = `/api/v1/imports/${body.id}`;
    expect((await house.call("GET", path, { token: charlie.token })).status).toBe(404);
    expect((await house.call("GET", "/api/v1/imports", { token: charlie.token })).body.items).toEqual([]);
    expect((await house.call("GET", "/api/v1/imports", { token: alice.token })).body.items[0].id).toBe(body.id);
  });

  test("409: more than may wait", async () => {
    const peggy = await house.register("peggy");
    const data = { workspaceId: 0, kind: "url_list", name: "-", isDryRun: true, createdById: peggy.id, attempts: 9 };
    const { workspaceId } = await house.db.prisma.membership.findFirstOrThrow({ where: { userId: peggy.id } });
    await house.db.prisma.import.createMany({ data: Array.from({ length: 5 }, () => ({ ...data, workspaceId })) });
    expect((await send(peggy.token, "?kind=url_list")).status).toBe(409);
  });

  test("413: larger than a file may be, 415: neither table nor text nor JSON", async () => {
    expect((await send(alice.token, "?kind=url_list", "x".repeat(LARGEST_IMPORT_BYTES + 1))).status).toBe(413);
    expect((await send(alice.token, "?kind=url_list", list, "image/png")).status).toBe(415);
  });

  test("409: an external key that another monitor has", async () => {
    const fields = { url: list, is_active: false, external_key: "one" };
    await house.addMonitor(alice, fields);
    const json = { ...fields, name: "again" };
    const { status, body } = await house.call("POST", "/api/v1/monitors", { token: alice.token, json });
    expect([status, body.detail]).toEqual([409, "external_key: another monitor of this workspace has it."]);
  });
});
