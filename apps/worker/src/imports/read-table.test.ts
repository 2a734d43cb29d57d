import { expect, test } from "vitest";
import { readTable } from "./read-table.ts";
import { readText } from "./read-text.ts";
import { createRemarks } from "./remarks.ts";

const KNOWN = new Set(["name", "url", "notes"]);

async function read(text: string) {
  const errors = createRemarks();
  const rows = await readTable(text, KNOWN, errors);
  return {
    rows: rows.map(({ row, cells }) => [row, Object.fromEntries(cells)]),
    errors: errors.list.map(({ row, column, detail }) => `${row} ${column}: ${detail}`),
  };
}

test.each<[string, string, unknown[]]>([
  ["commas", "name,url\na,b\n", [[2, { name: "a", url: "b" }]]],
  ["semicolons, with commas in cells", 'name;url\n"a,b";c,d', [[2, { name: "a,b", url: "c,d" }]]],
  ["tabs and CRLF", "name\turl\r\na\tb\r\n", [[2, { name: "a", url: "b" }]]],
  ["one column", "name\na\n", [[2, { name: "a" }]]],
  ["quotes in quotes", 'name,url\n"say ""hi""","b"', [[2, { name: 'say "hi"', url: "b" }]]],
  [
    "line breaks in a cell, which move no row",
    'name,url\n"a\r\nb\n",c\nd,e',
    [
      [2, { name: "a\r\nb\n", url: "c" }],
      [3, { name: "d", url: "e" }],
    ],
  ],
  [
    "empty lines, which count as rows",
    "name\n\na\n\n\nb\n",
    [
      [3, { name: "a" }],
      [6, { name: "b" }],
    ],
  ],
  ["a header in capitals, with spaces and quotes", '"Name","URL "\na,b', [[2, { name: "a", url: "b" }]]],
  ["cells that are missing at the end", "name,url,notes\na", [[2, { name: "a" }]]],
  ["an empty column at the end", "name,url,\na,b,", [[2, { name: "a", url: "b", "": "" }]]],
  ["formulas that an export has quoted", "name,url\n'=1+1,'''@x", [[2, { name: "=1+1", url: "''@x" }]]],
  ["spaces, which stay", "name,url\n a ,b", [[2, { name: " a ", url: "b" }]]],
  ["unicode", "name\n監視 🚦", [[2, { name: "監視 🚦" }]]],
])("reads %s", async (_what, text, rows) => {
  expect(await read(text)).toEqual({ rows, errors: [] });
});

test.each<[string, string, string[]]>([
  ["nothing", "", ["null null: has no rows"]],
  ["a header alone", "name,url\n", ["null null: has no rows"]],
  ["an unknown column", "name,uri\na,b", ["1 uri: is not a known column"]],
  ["a column twice", "name,url,name\na,b,c", ["1 name: is there twice"]],
  ["more cells than columns", "name\na,b", ["2 null: has 2 cells, and the first row 1"]],
  ["a quote that is never closed", 'name,url\na,b\n"c,d\n', ["3 null: a quote is opened and never closed"]],
  [
    "a quote in a bare cell",
    'name,url\na "b",c',
    ["2 null: a quote stands inside of a cell that is not quoted; write two, and one around the cell"],
  ],
  [
    "something behind a closing quote",
    'name,url\n"a"b,c',
    ["2 null: something stands behind the closing quote of a cell"],
  ],
  ["what no text column can hold", "name\na\0b", ["2 name: must not contain the character U+0000"]],
])("tells of %s", async (_what, text, errors) => {
  expect((await read(text)).errors).toEqual(errors);
});

test("a row too many is told", async () => {
  const { errors } = await read(`name\n${"a\n".repeat(50_001)}`);
  expect(errors).toEqual(["50002 null: must have at most 50000 rows below its header"]);
});

test.each([
  ["UTF-8 with a BOM", new Uint8Array([0xef, 0xbb, 0xbf, 0x61]), "a"],
  ["UTF-16 of a spreadsheet", new Uint8Array([0xff, 0xfe, 0x61, 0x00]), "a"],
  ["neither", new Uint8Array([0x61, 0xe9, 0x62]), null],
])("text in %s", (_what, bytes, text) => {
  const errors = createRemarks();
  expect([readText(bytes, errors), errors.count()]).toEqual([text, text === null ? 1 : 0]);
});
