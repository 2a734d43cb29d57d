import { expect, test } from "vitest";
import { isFiltered, readThingSearch } from "./thing-search.ts";

const read = (search: Record<string, unknown>) => readThingSearch(search, ["ONLINE", "OFFLINE"]);

test("an address keeps what it can hold, and drops the rest", () => {
  const whole = { view: "table", status: "OFFLINE", tag: "roof", location: "Hall 1", q: "pump" };
  expect(read(whole)).toEqual(whole);
  expect(read({ view: "map", status: "DOWN", tag: "", location: null, q: {}, other: 1 })).toEqual({});
  expect(read({ q: 443, tag: 7 })).toEqual({ q: "443", tag: "7" });
});

test("a table shows as much as tiles do", () => {
  expect(isFiltered({ view: "table" })).toBe(false);
  const linked = { workspace: "its-id" };
  expect(isFiltered(linked as object)).toBe(false);
  expect(isFiltered({ status: "OFFLINE" })).toBe(true);
  expect(isFiltered({ view: "table", location: "Hall 1" })).toBe(true);
});
