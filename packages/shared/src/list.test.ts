import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { readCursor, sortQuery, writeCursor, type ValueType } from "./list.ts";

const NOW = "2026-01-01T00:00:00.000Z";
const UUID = "0198c0de-0000-7000-8000-000000000000";
const BY_NAME: ValueType[] = ["text", "integer"];
const forge = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("a sort", () => {
  const sort = sortQuery(["name", "status", "last_checked_at", "last"], "name");

  test.each(["name", "-name", "status,-name", "-last,last_checked_at,-status", "last_checked_at,last"])(
    "%s is taken",
    (text) => {
      expect(sort.parse(text)).toBe(text);
    },
  );

  test("has a usual one", () => {
    expect(sort.parse(undefined)).toBe("name");
  });

  test.each([
    ["nothing", ""],
    ["a column that there is not", "url"],
    ["what every object has", "constructor"],
    ["two minus signs", "--name"],
    ["a blank", "name, status"],
    ["an end without a column", "name,"],
    ["a column twice", "name,name"],
    ["a column and its reverse", "status,name,-status"],
    ["one too many", "name,status,last,last_checked_at"],
    ["SQL", "name;"],
    ["a very long one", "name,".repeat(100_000)],
  ])("%s is refused, and told what it may be", (_what, text) => {
    const { error } = sort.safeParse(text);
    expect(error?.issues.map(({ message }) => message)).toEqual([
      "must be up to 3 of name, status, last_checked_at, last, each once, with commas between them; -name is the other way round",
    ]);
  });
});

describe("a cursor", () => {
  it("is read back as it was written, whatever the names", () => {
    const name = fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\0"));
    fc.assert(
      fc.property(name, fc.integer({ min: 0, max: 999_999_999 }), (value, key) => {
        const position = { sort: "name", after: [value, String(key)] };
        const cursor = writeCursor(position);
        expect(cursor).toMatch(/^[\w-]*$/);
        expect(readCursor(cursor, "name", BY_NAME)).toEqual(position.after);
      }),
    );
  });

  it("is not needed for the first page", () => {
    expect(readCursor(undefined, "name", BY_NAME)).toBeNull();
  });

  it("of a list sorted otherwise is refused as such", () => {
    const cursor = writeCursor({ sort: "status", after: ["UP", "1"] });
    expect(() => readCursor(cursor, "name", BY_NAME)).toThrow("cursor: belongs to a list with another sort");
  });
});

describe("a forged cursor is refused and never reaches the database", () => {
  it.each<[string, string]>([
    ["nothing", ""],
    ["not base64", "%%%"],
    ["not UTF-8", Buffer.from([0xff, 0xfe]).toString("base64url")],
    ["not JSON", Buffer.from("{").toString("base64url")],
    ["null", forge(null)],
    ["a list", forge(["name", "a", "1"])],
    ["a field too few", forge({ sort: "name" })],
    ["a field too many", forge({ sort: "name", after: ["a", "1"], x: 1 })],
    ["a value too few", forge({ sort: "name", after: ["a"] })],
    ["a value too many", forge({ sort: "name", after: ["a", "1", "1"] })],
    ["a number", forge({ sort: "name", after: ["a", 1] })],
    ["a key that is SQL", forge({ sort: "name", after: ["a", "1; DROP TABLE monitors"] })],
  ])("%s", (_name, cursor) => {
    expect(() => readCursor(cursor, "name", BY_NAME)).toThrow("cursor: must be a next_cursor of this list");
  });

  it.each<[string, ValueType, string]>([
    ["a text that no column holds", "text", "a\0"],
    ["no time", "time", "yesterday"],
    ["a time that only JavaScript reads", "time", "foo 1"],
    ["a time that is no day", "time", "2026-02-31T00:00:00.000Z"],
    ["a year that Postgres does not know", "time", "0000-01-01T00:00:00.000Z"],
    ["no number", "number", ""],
    ["a hexadecimal number", "number", "0x10"],
    ["a number beyond a float", "number", "1e400"],
    ["no end", "number", "Infinity"],
    ["a number that is none", "number", "NaN"],
    ["yes", "boolean", "yes"],
    ["a key beyond an integer", "integer", "99999999999"],
    ["a negative key", "integer", "-1"],
    ["a key beyond a bigint", "bigint", "9223372036854775808"],
    ["no UUID", "uuid", `${UUID}'`],
  ])("%s", (_name, type, value) => {
    const cursor = writeCursor({ sort: "x", after: [value] });
    expect(() => readCursor(cursor, "x", [type])).toThrow("cursor: must be a next_cursor of this list");
  });

  it("any text is read or refused, and nothing else", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.json().map(forge)), (cursor) => {
        try {
          expect(readCursor(cursor, "name", BY_NAME)).toHaveLength(2);
        } catch (error) {
          expect(error).toMatchObject({ status: 400, errors: [{ field: "cursor" }] });
        }
      }),
    );
  });
});

it.each<[ValueType, string]>([
  ["text", ""],
  ["time", NOW],
  ["number", "-1"],
  ["number", "123.4000015258789"],
  ["number", "-1.7976931348623157e+308"],
  ["number", "1e-7"],
  ["boolean", "true"],
  ["integer", "12"],
  ["bigint", "123456789012"],
  ["uuid", UUID],
])("what our lists write is read back: %s %s", (type, value) => {
  expect(readCursor(writeCursor({ sort: "x", after: [value] }), "x", [type])).toEqual([value]);
});
