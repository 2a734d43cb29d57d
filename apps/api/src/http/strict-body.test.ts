import { connect } from "node:net";
import { once } from "node:events";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";

setInterval(() => {
  if (process.memoryUsage().rss > 1.2e9) {
    console.error("TOO BIG");
    process.exit(1);
  }
}, 20).unref();
let house: House;
let alice: Person;
beforeAll(async () => {
  house = await openHouse({ worker: false });
  alice = await house.register("alice");
});
afterAll(() => house.stop());
afterEach(async () => expect(await house.db.prisma.monitor.count()).toBe(0));

const GOOD = { url: "https://example.com/", name: "good" };
const JSON_TYPE = { "Content-Type": "application/json" };
const post = (
  raw: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = JSON_TYPE,
  path = "/api/v1/monitors",
) => house.call("POST", path, { token: alice.token, raw, headers });

describe("400", () => {
  test.each([
    ["no JSON", "{"],
    ["two values", `${JSON.stringify(GOOD)}{}`],
    ["a trailing comma", '{"name":"x",}'],
    ["single quotes", "{'name':'x'}"],
    ["a number that is none", '{"interval":NaN}'],
    ["an array", JSON.stringify([GOOD])],
    ["a text", '"text"'],
    ["null", "null"],
    ["a number", "5"],
    ["nothing", ""],
  ])("a body that is %s", async (_what, raw) => {
    const { status, body, headers } = await post(raw);
    expect([status, headers.get("content-type"), body.errors?.[0].field]).toEqual([
      400,
      "application/problem+json",
      "body",
    ]);
  });

  test("broken UTF-8: a lone byte, an overlong form, a surrogate, a cut-off character", async () => {
    for (const bytes of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xe2, 0x82]]) {
      const text = new TextEncoder().encode(JSON.stringify({ ...GOOD, name: "NAME" }));
      const at = Buffer.from(text).indexOf("NAME");
      const raw = new Uint8Array([...text.slice(0, at), ...bytes, ...text.slice(at + 4)]);
      const { status, body } = await post(raw);
      expect([status, body.errors]).toEqual([400, [{ field: "body", detail: "must be valid UTF-8" }]]);
    }
  });

  test("UTF-16 and a lone NUL", async () => {
    expect((await post(new Uint8Array(Buffer.from(JSON.stringify(GOOD), "utf16le")))).status).toBe(400);
    expect((await post("\0")).status).toBe(400);
  });

  test.each(["[", '{"a":'])("nesting without end: %s", async (open) => {
    const depth = 100_000;
    const raw = `{"url":"https://example.com/","name":"n","notes":${open.repeat(depth)}1${(open === "[" ? "]" : "}").repeat(depth)}}`;
    const { status, body } = await post(raw);
    expect([status, body.errors]).toEqual([400, [{ field: "notes", detail: "must not be nested deeper than 16" }]]);
  });

  test("a prototype is not to be had by name", async () => {
    const { status, body } = await post('{"url":"https://example.com/","name":"n","__proto__":{"interval":1}}');
    expect([status, body.errors?.[0].field]).toEqual([400, "__proto__"]);
    expect(
      (await post('{"url":"https://example.com/","name":"n","headers":{"__proto__":"x"},"is_active":"no"}')).status,
    ).toBe(400);
  });
});

describe("413", () => {
  const huge = JSON.stringify({ ...GOOD, notes: "n".repeat(1_100_000) });
  test("a huge body is refused, and the client reads why", async () => {
    const { status, body } = await post(huge);
    expect([status, body.title]).toEqual([413, "Too large"]);
  });

  test("one that does not announce its size as well, long before its end", async () => {
    const { hostname, port } = new URL(house.url);
    const socket = connect(Number(port), hostname);
    socket.on("error", () => undefined);
    socket.write(
      "POST /api/v1/monitors HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
    );
    const answer = once(socket, "data") as Promise<[Buffer]>;
    for (let i = 0; i < 20; i += 1) socket.write(`10000\r\n${" ".repeat(65_536)}\r\n`);
    expect(String((await answer)[0])).toMatch(/^HTTP\/1\.1 413 /);
    socket.destroy();
  });

  test("nobody needs a credential to be refused", async () => {
    expect((await house.call("POST", "/auth/login", { raw: huge, headers: JSON_TYPE })).status).toBe(413);
  });
});

describe("415", () => {
  test.each([
    "text/plain",
    "text/plain;charset=UTF-8",
    "application/xml",
    "multipart/form-data; boundary=x",
    "application/x-www-form-urlencoded",
    "text/x+json",
    "application/jsonp",
    "json",
    "",
  ])("the type %j is not JSON, whatever is inside", async (type) => {
    const { status, body, headers } = await post(JSON.stringify(GOOD), { "Content-Type": type });
    expect([status, headers.get("content-type"), body.title]).toEqual([
      415,
      "application/problem+json",
      "Unsupported media type",
    ]);
    expect(body.detail).toContain("Content-Type: application/json");
  });

  test("a form does not change a monitor to nothing", async () => {
    const answer = await house.call("PATCH", "/api/v1/monitors/8d3941aa-17cd-44cf-baba-c78a0c574815", {
      token: alice.token,
      raw: "name=x",
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
    });
    expect(answer.status).toBe(415);
  });
});

test("works: any spelling of the JSON type", async () => {
  for (const type of [
    "application/json",
    "Application/JSON",
    "application/json; charset=utf-8",
    "application/json;charset=UTF-8",
  ]) {
    const { status, body } = await post(JSON.stringify({ ...GOOD, name: "" }), { "Content-Type": type });
    expect([type, status, body.errors?.[0].field]).toEqual([type, 400, "name"]);
  }
});

test("broken HTTP is answered with 400, and the server stays", async () => {
  const { hostname, port } = new URL(house.url);
  const socket = connect(Number(port), hostname);
  socket.write("GET / HTTP/1.1\r\nHost: a\r\nBad Header\r\n\r\n");
  const [answer] = (await once(socket, "data")) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 400 /);
  socket.destroy();
  expect((await house.call("GET", "/health")).status).toBe(200);
});
