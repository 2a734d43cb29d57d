import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCursor, writeCursor, type CursorShape } from "./list.ts";

const BY_NAME: CursorShape = { sorts: ["name", "-name"], value: "text", key: "integer" };
const BY_TIME: CursorShape = { sorts: ["-checked_at"], value: "time", key: "none" };
const BY_LATENCY: CursorShape = { sorts: ["-last_latency_ms"], value: "number", key: "integer" };
const BY_ID: CursorShape = { sorts: ["created_at"], value: "time", key: "uuid" };

const forge = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const NOW = "2026-01-01T00:00:00.000Z";

describe("a cursor", () => {
  it("is read back as it was written, whatever the names", () => {
    const name = fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\0"));
    fc.assert(
      fc.property(name, fc.integer({ min: 0, max: 999_999_999 }), (value, key) => {
        const position = { sort: "name", value, key: String(key) };
        const cursor = writeCursor(position);
        expect(cursor).toMatch(/^[\w-]*$/);
        expect(readCursor(cursor, BY_NAME)).toEqual(position);
      }),
    );
  });

  it("is not needed for the first page", () => {
    expect(readCursor(undefined, BY_NAME)).toBeNull();
  });

  it("of a list sorted otherwise is refused as such", () => {
    const cursor = writeCursor({ sort: "status", value: "UP", key: "1" });
    expect(() => readCursor(cursor, BY_NAME)).toThrow("cursor: belongs to a list with another sort");
  });
});

describe("a forged cursor is refused and never reaches the database", () => {
  const uuid = "0198c0de-0000-7000-8000-000000000000";
  it.each<[string, string, CursorShape]>([
    ["nothing", "", BY_NAME],
    ["not base64", "%%%", BY_NAME],
    ["not UTF-8", Buffer.from([0xff, 0xfe]).toString("base64url"), BY_NAME],
    ["not JSON", Buffer.from("{").toString("base64url"), BY_NAME],
    ["null", forge(null), BY_NAME],
    ["a list", forge(["name", "a", "1"]), BY_NAME],
    ["a field too few", forge({ sort: "name", value: "a" }), BY_NAME],
    ["a field too many", forge({ sort: "name", value: "a", key: "1", x: 1 }), BY_NAME],
    ["a key that is SQL", forge({ sort: "name", value: "a", key: "1; DROP TABLE monitors" }), BY_NAME],
    ["a key beyond an integer", forge({ sort: "name", value: "a", key: "99999999999" }), BY_NAME],
    ["a negative key", forge({ sort: "name", value: "a", key: "-1" }), BY_NAME],
    ["a text that no column holds", forge({ sort: "name", value: "a\0", key: "1" }), BY_NAME],
    ["no time", forge({ sort: "-checked_at", value: "yesterday", key: "" }), BY_TIME],
    ["a time that only JavaScript reads", forge({ sort: "-checked_at", value: "foo 1", key: "" }), BY_TIME],
    ["a time that is no day", forge({ sort: "-checked_at", value: "2026-02-31T00:00:00.000Z", key: "" }), BY_TIME],
    ["a key where none belongs", forge({ sort: "-checked_at", value: NOW, key: "1" }), BY_TIME],
    ["no number", forge({ sort: "-last_latency_ms", value: "", key: "1" }), BY_LATENCY],
    ["a hexadecimal number", forge({ sort: "-last_latency_ms", value: "0x10", key: "1" }), BY_LATENCY],
    ["a number beyond a float", forge({ sort: "-last_latency_ms", value: "1e300", key: "1" }), BY_LATENCY],
    ["no UUID", forge({ sort: "created_at", value: NOW, key: `${uuid}'` }), BY_ID],
  ])("%s", (_name, cursor, shape) => {
    expect(() => readCursor(cursor, shape)).toThrow("cursor: must be a next_cursor of this list");
  });

  it("any text is read or refused, and nothing else", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.json().map(forge)), (cursor) => {
        try {
          expect(readCursor(cursor, BY_NAME)).toHaveProperty("sort");
        } catch (error) {
          expect(error).toMatchObject({ status: 400, errors: [{ field: "cursor" }] });
        }
      }),
    );
  });
});

it.each([
  [BY_TIME, { sort: "-checked_at", value: NOW, key: "" }],
  [BY_LATENCY, { sort: "-last_latency_ms", value: "-1", key: "12" }],
  [BY_LATENCY, { sort: "-last_latency_ms", value: "123.4000015258789", key: "12" }],
  [BY_ID, { sort: "created_at", value: NOW, key: "0198c0de-0000-7000-8000-000000000000" }],
])("what our lists write is read back: %j", (shape, position) => {
  expect(readCursor(writeCursor(position), shape)).toEqual(position);
});
