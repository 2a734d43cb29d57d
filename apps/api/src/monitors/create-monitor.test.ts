import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openHouse, type House } from "../../../../tests/harness/house.ts";
import type { Person } from "../../../../tests/harness/caller.ts";
import { monitorSchema } from "@pulsecheck/shared/monitor";

let house: House;
let alice: Person;
beforeAll(async () => {
  house = await openHouse({ worker: false, env: { MONITOR_CHECK_INTERVAL: "60", MIN_CHECK_INTERVAL: "30" } });
  alice = await house.register("alice");
});
afterAll(() => house.stop());

const create = (json: unknown, token: string | undefined = alice.token) =>
  house.call("POST", "/api/v1/monitors", { token, json });

const EVERYTHING = {
  url: "http://127.0.0.1:9/everything",
  name: "everything",
  interval: 3_600,
  method: "POST",
  headers: { "X-Api-Key": "header-secret" },
  body: "body-secret",
  auth: { type: "basic", username: "robot", password: "password-secret" },
  expected_status: [204, "300-399"],
  keyword: "well",
  keyword_absent: "error",
  timeout_ms: 5_000,
  follow_redirects: false,
  max_redirects: 0,
  verify_tls: false,
  failure_threshold: 5,
  tags: ["prod", "shop", "prod"],
  notes: "call Bob",
  is_active: false,
};

describe("works", () => {
  test("the seed's minimal body makes a monitor with the instance's defaults", async () => {
    const { status, body } = await create({ url: "https://example.com", name: "Example", interval: 300 });
    expect(status).toBe(201);
    expect(monitorSchema.parse(body)).toEqual(body);
    expect(body).toMatchObject({ url: "https://example.com/", name: "Example", interval: 300, status: "UNKNOWN" });
    expect(body).toMatchObject({ user_id: alice.id, is_active: true, method: "GET", expected_status: ["200-299"] });
    expect(body).toMatchObject({ headers: null, body: null, auth: null, keyword: null, keyword_absent: null });
    expect(body).toMatchObject({ timeout_ms: 10_000, follow_redirects: true, max_redirects: 5, verify_tls: true });
    expect(body).toMatchObject({ failure_threshold: 2, tags: [], notes: "" });
    expect(body).toMatchObject({ last_latency_ms: null, last_checked_at: null, last_alert_sent_at: null });
    expect(Date.parse(body.next_check_at)).toBeLessThanOrEqual(Date.now());
  });

  test("without an interval it is checked as often as the instance says", async () => {
    expect((await create({ url: "https://example.com", name: "Example" })).body.interval).toBe(60);
  });

  test("every field is kept as given; codes become text, tags are told once", async () => {
    const { status, body } = await create(EVERYTHING);
    expect(status).toBe(201);
    const { headers: _headers, body: _body, auth: _auth, ...plain } = EVERYTHING;
    expect(body).toMatchObject({ ...plain, expected_status: ["204", "300-399"], tags: ["prod", "shop"] });
    expect(body.next_check_at).toBeNull();
    const again = await house.call("GET", `/api/v1/monitors/${body.id}`, { token: alice.token });
    expect(again).toMatchObject({ status: 200, body });
  });

  test("an address is kept in its normal form, an international name in Punycode, a fragment is dropped", async () => {
    const { body } = await create({ url: "HTTPS://EXAMPLE.com:443/a b".replace(" ", "%20") + "#top", name: "x" });
    expect(body.url).toBe("https://example.com/a%20b");
    expect((await create({ url: "https://bücher.example/", name: "x" })).body.url).toBe(
      "https://xn--bcher-kva.example/",
    );
  });

  test("a name of other scripts and an emoji comes back unharmed", async () => {
    const name = "Магазин 店 🛒";
    expect((await create({ url: "https://example.com", name })).body.name).toBe(name);
  });

  test("a name that resolves to nothing is accepted: it may soon", async () => {
    expect((await create({ url: "https://not-yet.invalid/", name: "soon" })).status).toBe(201);
  });

  test("an API key of role USER creates too, in its own workspace, for the one who made the key", async () => {
    const key = await house.createKey(alice, "USER");
    const { status, body } = await create({ url: "https://example.com", name: "by key" }, key);
    expect(status).toBe(201);
    expect(body.user_id).toBe(alice.id);
    expect((await house.call("GET", `/api/v1/monitors/${body.id}`, { token: alice.token })).status).toBe(200);
  });
});

test("400: the interval's floor is the instance's", async () => {
  const { status, body } = await create({ url: "https://example.com", name: "too often", interval: 29 });
  expect(status).toBe(400);
  expect(body.errors).toEqual([{ field: "interval", detail: expect.stringContaining("30") }]);
});

test("401: without a credential nothing is created", async () => {
  const { status, headers } = await house.call("POST", "/api/v1/monitors", { json: EVERYTHING });
  expect(status).toBe(401);
  expect(headers.get("www-authenticate")).toBe("Bearer");
});

test("403: a viewer and a reporting key create nothing", async () => {
  for (const role of ["VIEWER", "INGEST"] as const) {
    const { status, body } = await create(EVERYTHING, await house.createKey(alice, role));
    expect(status).toBe(403);
    expect(body.detail).toContain(role);
  }
});

test("404: a stranger cannot create in a workspace by naming it", async () => {
  const charlie = await house.register("charlie");
  const { publicId } = await house.db.prisma.workspace.findFirstOrThrow({
    where: { memberships: { some: { userId: alice.id } } },
  });
  const answer = await house.call("POST", "/api/v1/monitors", {
    token: charlie.token,
    json: { url: "https://example.com", name: "intruder" },
    headers: { "X-Workspace-Id": publicId },
  });
  expect(answer.status).toBe(404);
  expect(await house.db.prisma.monitor.count({ where: { name: "intruder" } })).toBe(0);
});
