import { expect, test } from "vitest";
import { writeCsv } from "./csv.ts";
import { fields, times, type Cell } from "./sheet.ts";

const write = (...cells: Cell[]) =>
  writeCsv([{ name: "cell", of: (cell: Cell) => cell }], cells)
    .slice("\uFEFFcell\r\n".length)
    .split("\r\n");

test("a table begins with its columns' names", () => {
  const item = { name: "shop", uptime_ratio: 0.5, at: "2026-11-21T20:15:00Z" };
  expect(writeCsv([...fields("name", "uptime_ratio"), ...times("at")], [item])).toBe(
    "\uFEFFname,uptime_ratio,at\r\nshop,0.5,2026-11-21T20:15:00.000Z",
  );
});

test("what separates is quoted, numbers keep their digits, nothing is a formula", () => {
  expect(write('say "hi"', "a,b", "a;b", null, -1.5, true)).toEqual([
    '"say ""hi"""',
    '"a,b"',
    '"a;b"',
    "",
    "-1.5",
    "true",
  ]);
  expect(write("=1+1", "a;=1+1")).toEqual(["'=1+1", `"a;'=1+1"`]);
});
