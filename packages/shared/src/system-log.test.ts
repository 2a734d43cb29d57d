import { expect, test } from "vitest";
import { readLogLine } from "./system-log.ts";

const line = (fields: object) => JSON.stringify({ level: 40, time: 1_000, pid: 1, app: "api", msg: "hm", ...fields });
const fieldsOf = (fields: object) => readLogLine(line(fields))?.fields;

test("a warning is kept with its fields, what is less is not", () => {
  const entry = { at: new Date(1_000), level: "warn", message: "hm", fields: { monitors: 3 } };
  expect(readLogLine(line({ monitors: 3 }))).toEqual(entry);
  expect(readLogLine(line({ level: 50 }))?.level).toBe("error");
  expect(readLogLine(line({ level: 60 }))?.level).toBe("fatal");
  for (const other of [line({ level: 30 }), "no JSON", "null", "3", "{}", line({ time: "soon" })])
    expect(readLogLine(other)).toBeNull();
});

test.each([
  [{ password: "x", smtp_password: "x", authToken: "x", Cookie: "x", api_key: "x", client_secret: "x" }, "***"],
  [{ url: "postgresql://pulse:hunter2@db:5432/x" }, "postgresql://***@db:5432/x"],
  [{ url: "https://example.com/a?token=abc&b=1" }, "https://example.com/a?token=***&b=1"],
  [{ text: "sent Authorization: Bearer abc.def to it" }, "sent Authorization: Bearer *** to it"],
  [{ text: "the key pc_0123456789abcdef is wrong" }, "the key *** is wrong"],
])("secrets are masked: %j", (given, masked) => {
  expect(Object.values(fieldsOf(given) ?? {})).toEqual(Object.keys(given).map(() => masked));
  expect(fieldsOf({ err: { cause: given } })).toEqual({ err: { cause: fieldsOf(given) } });
});

test("nothing is longer or deeper than the database likes", () => {
  const deep = JSON.parse(`${'{"a":'.repeat(50)}1${"}".repeat(50)}`) as object;
  expect(JSON.stringify(fieldsOf(deep)).length).toBeLessThan(100);
  const many = Object.fromEntries(Array.from({ length: 90 }, (_, i) => [`field ${i}`, "x".repeat(3_000)]));
  expect(JSON.stringify(fieldsOf(many)).length).toBeLessThan(5_000);
  expect(readLogLine(line({ msg: `a\0b\uD800${"c".repeat(9_000)}` }))?.message).toMatch(/^ab\uFFFDc{1900,} …$/);
});
