import { describe, expect, it } from "vitest";
import {
  isExpectedStatus,
  monitorCreateSchema,
  monitorListQuery,
  monitorUpdateSchema,
  outlineSecrets,
  SECRET_MASK,
} from "./monitor.ts";

const RULES = { minIntervalS: 30, defaultIntervalS: 60 };
const create = monitorCreateSchema(RULES);
const MINIMAL = { url: "https://example.com", name: "Example" };

/** The fields that a refusal names. */
function fieldsOf(input: unknown, schema: typeof create | ReturnType<typeof monitorUpdateSchema> = create): string[] {
  const { error } = schema.safeParse(input);
  const issues = error?.issues ?? [];
  return issues.flatMap((issue) => (issue.code === "unrecognized_keys" ? issue.keys : [issue.path.join(".")]));
}

describe("a new monitor", () => {
  it("needs a URL and a name; the rest has defaults", () => {
    expect(create.parse(MINIMAL)).toMatchObject({
      url: "https://example.com/",
      interval: 60,
      method: "GET",
      expected_status: ["200-299"],
      timeout_ms: 10_000,
      failure_threshold: 2,
      verify_tls: true,
      is_active: true,
      headers: null,
    });
  });

  it("trims its name, keeps one of equal tags, and reads codes as ranges", () => {
    const input = { ...MINIMAL, name: " Shop ", tags: ["a", "b", " a "], expected_status: [204, "300-399"] };
    expect(create.parse(input)).toMatchObject({ name: "Shop", tags: ["a", "b"], expected_status: ["204", "300-399"] });
  });

  it("asks for no more seldom or often than the instance allows", () => {
    for (const interval of [30, 3_600]) expect(fieldsOf({ ...MINIMAL, interval })).toEqual([]);
    expect(fieldsOf({ ...MINIMAL, interval: 1 }, monitorCreateSchema({ ...RULES, minIntervalS: 1 }))).toEqual([]);
  });
});

describe("bad input names its field", () => {
  it.each<[string, unknown]>([
    ["url", "ftp://example.com"],
    ["url", "http://user:pw@example.com"],
    ["url", 7],
    ["name", ""],
    ["name", "   "],
    ["name", "x".repeat(201)],
    ["interval", 29],
    ["interval", 3_601],
    ["interval", 60.5],
    ["interval", "60"],
    ["method", "TRACE"],
    ["method", "get"],
    ["headers.Content-Length", { "Content-Length": "3" }],
    ["headers.bad name", { "bad name": "x" }],
    ["headers.x-split", { "x-split": "a\r\nHost: evil" }],
    ["headers.x-masked", { "x-masked": SECRET_MASK }],
    ["headers", Object.fromEntries(Array.from({ length: 31 }, (_, i) => [`x-${i}`, "1"]))],
    ["body", "with GET"],
    ["auth.password", { type: "basic", username: "alice", password: "" }],
    ["auth.username", { type: "basic", username: "al:ice", password: "x" }],
    ["auth.token", { type: "bearer", token: "two words" }],
    ["auth.type", { type: "digest", username: "alice" }],
    ["expected_status", []],
    ["expected_status.0", ["2xx"]],
    ["expected_status.1", [200, "299-200"]],
    ["expected_status.0", [99]],
    ["keyword", ""],
    ["keyword", "x".repeat(501)],
    ["timeout_ms", 99],
    ["timeout_ms", 60_001],
    ["follow_redirects", "yes"],
    ["max_redirects", 11],
    ["verify_tls", null],
    ["failure_threshold", 0],
    ["failure_threshold", 11],
    ["tags", Array.from({ length: 21 }, (_, i) => `t${i}`)],
    ["tags.0", [""]],
    ["notes", "x".repeat(5_001)],
    ["is_active", 1],
    ["colour", "red"],
  ])("%s: %j", (field, value) => {
    const name = field.split(".")[0] ?? "";
    expect(fieldsOf({ ...MINIMAL, [name]: value })).toEqual([field]);
  });

  it("all of it at once", () => {
    expect(fieldsOf({ interval: 1, method: "X", extra: 1 }).toSorted()).toEqual([
      "extra",
      "interval",
      "method",
      "name",
      "url",
    ]);
  });

  it("a change is judged by the same rules, and may leave everything out", () => {
    const update = monitorUpdateSchema(RULES);
    expect(fieldsOf({}, update)).toEqual([]);
    expect(fieldsOf({ interval: 29, name: "" }, update)).toEqual(["name", "interval"]);
    expect(update.parse({ keyword: null })).toEqual({ keyword: null });
  });
});

describe("a list's query", () => {
  it.each([
    ["sort", "password"],
    ["status", "BROKEN"],
    ["limit", "0"],
    ["limit", "101"],
    ["is_active", "maybe"],
    ["page", "2"],
  ])("%s=%j is refused", (field, value) => {
    const { error } = monitorListQuery.safeParse({ [field]: value });
    expect(JSON.stringify(error?.issues)).toContain(field);
  });
});

describe("a status code", () => {
  it.each([
    [["200-299"], 200, true],
    [["200-299"], 299, true],
    [["200-299"], 300, false],
    [["204"], 204, true],
    [["204"], 205, false],
    [["200-299", "404"], 404, true],
    [["500-599"], 200, false],
  ])("of %j, %i: %s", (expected, status, fits) => {
    expect(isExpectedStatus(expected, status)).toBe(fits);
  });
});

it("secrets are shown by name and never by value", () => {
  const outline = outlineSecrets({
    headers: { "x-key": "s3cret" },
    body: "s3cret",
    auth: { type: "basic", username: "alice", password: "s3cret" },
  });
  expect(outline).toEqual({
    headers: { "x-key": SECRET_MASK },
    body: SECRET_MASK,
    auth: { type: "basic", username: "alice" },
  });
  expect(outlineSecrets({ headers: null, body: null, auth: { type: "bearer", token: "s3cret" } })).toEqual({
    headers: null,
    body: null,
    auth: { type: "bearer" },
  });
});
