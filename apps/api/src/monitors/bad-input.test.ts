import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";

let house: House;
let alice: Person;
let id: string;
let before: unknown;
beforeAll(async () => {
  house = await openHouse({ worker: false, env: { ALLOW_PRIVATE_TARGETS: "none", MIN_CHECK_INTERVAL: "30" } });
  alice = await house.register("alice");
  ({ id } = await house.addMonitor(alice, {
    url: "https://example.com/",
    interval: 60,
  }));
});
afterAll(() => house.stop());

/** All that alice's monitors are: what was refused may have changed none of it. */
async function stored(): Promise<unknown> {
  const { rows } = await house.db.pool.query(
    "SELECT m.*, s.* FROM monitors m JOIN monitor_states s ON s.monitor_id = m.id ORDER BY m.id",
  );
  return rows;
}
beforeEach(async () => {
  before = await stored();
});
afterEach(async () => expect(await stored()).toEqual(before));

async function expectRefused(field: string, fields: Record<string, unknown>) {
  const created = { url: "https://example.com/", name: "a monitor", ...fields };
  for (const [method, path, json] of [
    ["POST", "/api/v1/monitors", created],
    ["PATCH", `/api/v1/monitors/${id}`, fields],
  ] as const) {
    const { status, body, headers } = await house.call(method, path, { token: alice.token, json });
    expect([method, status, headers.get("content-type")]).toEqual([method, 400, "application/problem+json"]);
    expect(body).toMatchObject({
      type: "about:blank",
      title: "Bad input",
      status: 400,
      request_id: expect.any(String),
    });
    expect(body.errors.map((error: { field: string }) => error.field)).toContain(field);
    expect(body.detail).toContain(field);
  }
}

describe("a URL that is none, or not ours to call", () => {
  test.each([
    "",
    "x",
    "example.com",
    "//example.com/",
    "http:",
    "http://",
    "http:///path",
    "http:/example.com",
    "http:example.com",
    "ftp://example.com/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "data:text/html,x",
    "ws://example.com/",
    "gopher://example.com/",
    " https://example.com/",
    "https://example.com/ ",
    "https://exa mple.com/",
    "https://example.com/\n",
    "https://exam\tple.com/",
    "https:\\\\example.com\\",
    "https://example.com\\@127.0.0.1/",
    "https://user@example.com/",
    "https://user:pass@example.com/",
    "https://:@example.com/",
    "https://example.com:0/",
    "https://example.com:65536/",
    "https://example.com:port/",
    "https://[::1/",
    "https://[]/",
    "https://%00/",
    "https://exa%mple.com/",
    "https://example.com:80:80/",
    `https://example.com/${"a".repeat(2_048)}`,
  ])("%j", (url) => expectRefused("url", { url }));
});

describe("a private address, however it is spelled", () => {
  test.each([
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://127.0.0.1./",
    "http://0/",
    "http://0.0.0.0:8000/",
    "http://localhost/",
    "http://LOCALHOST:9/",
    "http://localhost./",
    "http://a.localhost/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[0:0:0:0:0:ffff:a9fe:a9fe]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data",
    "http://168.63.129.16/",
    "http://[fd00:ec2::254]/",
    "http://[fe80::1]/",
    "http://[fc00::1]/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://192.0.2.1/",
    "http://①②⑦.⓪.⓪.①/",
    "http://１２７.0.0.1/",
    "http://%31%32%37.0.0.1/",
  ])("%s", (url) => expectRefused("url", { url }));
});

describe("fields of the wrong type, length or range", () => {
  test.each<[string, unknown]>([
    ["interval", 29],
    ["interval", 3_601],
    ["interval", 60.5],
    ["interval", "60"],
    ["interval", -60],
    ["interval", 0],
    ["interval", null],
    ["interval", true],
    ["interval", [60]],
    ["interval", 1e300],
    ["interval", 2 ** 53],
    ["name", ""],
    ["name", "   "],
    ["name", "n".repeat(201)],
    ["name", 7],
    ["name", null],
    ["name", {}],
    ["url", 7],
    ["url", null],
    ["url", ["https://example.com/"]],
    ["method", "get"],
    ["method", "TRACE"],
    ["method", "CONNECT"],
    ["method", 1],
    ["headers", []],
    ["headers", "X-A: b"],
    ["headers", Object.fromEntries(Array.from({ length: 31 }, (_, i) => [`X-${i}`, ""]))],
    ["headers.X-A", { "X-A": 1 }],
    ["headers.X-A", { "X-A": "a".repeat(4_001) }],
    ["headers.X-A", { "X-A": "漢" }],
    ["headers.Host\n", { "Host\n": "a" }],
    ["headers.", { "": "a" }],
    ["headers.Connection", { Connection: "close" }],
    ["body", 1],
    ["body", {}],
    ["body", "b".repeat(10_001)],
    ["auth", "basic"],
    ["auth.type", { type: "digest" }],
    ["auth.type", {}],
    ["auth.password", { type: "basic", username: "u" }],
    ["auth.token", { type: "bearer", token: "a b" }],
    ["auth.token", { type: "bearer", token: "" }],
    ["auth.realm", { type: "bearer", token: "t", realm: "r" }],
    ["expected_status", []],
    ["expected_status", 200],
    ["expected_status.0", ["2xx"]],
    ["expected_status.0", [99]],
    ["expected_status.0", [600]],
    ["expected_status.0", ["299-200"]],
    ["expected_status.1", [200, 200.5]],
    ["expected_status", Array.from({ length: 21 }, () => 200)],
    ["keyword", ""],
    ["keyword", "k".repeat(501)],
    ["keyword", 5],
    ["keyword_absent", ""],
    ["keyword_absent", []],
    ["timeout_ms", 99],
    ["timeout_ms", 60_001],
    ["timeout_ms", 1_000.5],
    ["timeout_ms", "1000"],
    ["follow_redirects", "true"],
    ["follow_redirects", 1],
    ["follow_redirects", null],
    ["verify_tls", "no"],
    ["verify_tls", 0],
    ["max_redirects", -1],
    ["max_redirects", 11],
    ["failure_threshold", 0],
    ["failure_threshold", 11],
    ["failure_threshold", 1.5],
    ["tags", "prod"],
    ["tags.0", [""]],
    ["tags.1", ["a", "t".repeat(51)]],
    ["tags.0", [null]],
    ["tags", Array.from({ length: 21 }, (_, i) => `t${i}`)],
    ["notes", "n".repeat(5_001)],
    ["notes", null],
    ["is_active", "false"],
    ["is_active", null],
  ])("%s: %j", (field, value) => expectRefused(field, { [field.split(".")[0] ?? ""]: value }));
});

describe("what has no place in a monitor", () => {
  test.each(["unknown", "id", "user_id", "workspace_id", "status", "Interval", "__proto__x", "constructor"])(
    "the field %s",
    (field) => expectRefused(field, { [field]: 1 }),
  );

  test("U+0000 and lone surrogates, in values and in names", async () => {
    for (const text of ["a\u0000b", "\ud800", "a\udfff"]) {
      await expectRefused("name", { name: text });
      await expectRefused("tags.1", { tags: ["ok", text] });
      await expectRefused("auth.password", { auth: { type: "basic", username: "u", password: text } });
      await expectRefused("notes", { notes: text });
    }
    const { status, body } = await house.call("POST", "/api/v1/monitors", {
      token: alice.token,
      json: { "\u0000": 1 },
    });
    expect([status, body.errors[0].detail]).toEqual([400, "must not contain the character U+0000"]);
  });

  test("everything that is wrong is told at once", async () => {
    const json = { url: "x", interval: 1, tags: 5, what: 1 };
    const { body } = await house.call("POST", "/api/v1/monitors", { token: alice.token, json });
    expect(body.errors.map((error: { field: string }) => error.field).toSorted()).toEqual([
      "interval",
      "name",
      "tags",
      "url",
      "what",
    ]);
  });
});
