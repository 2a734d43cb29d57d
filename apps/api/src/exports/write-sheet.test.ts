import { buffer, text } from "node:stream/consumers";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { inflateRawSync } from "node:zlib";
import readWorkbook, { readSheet } from "read-excel-file/node";
import { expect, test } from "vitest";
import { writeSheet, type SheetFormat } from "./write-sheet.ts";

/** Rows of Excel's longest sheet, the header among them. */
const SHEET_ROWS = 1_048_576;

type Value = string | number | null;

/** A table with one column. */
function write(format: SheetFormat, values: Iterable<Value>): ReadableStream<Uint8Array> {
  return writeSheet(format, "values", [{ name: "value", of: (item: { value: Value }) => item.value }], itemsOf(values));
}

async function* itemsOf(values: Iterable<Value>) {
  for (const value of values) yield { value };
}

test("CSV: numbers keep their digits and are never taken for formulas, text may be", async () => {
  const numbers = [1e-21, -1.5, 0.1 + 0.2, 5e-324, 123_456_789_012_345_680, -0.0000012];
  const [header, ...cells] = (await text(write("csv", numbers))).split("\r\n");
  expect([header, cells.map(Number)]).toEqual(["value", numbers]);
  expect(cells[1]).toBe("-1.5");
  expect(await text(write("csv", ["a;=1+1;b", "-1.5"]))).toBe("value\r\na;'=1+1;b\r\n'-1.5");
});

test(".xlsx: whatever text there is, another program reads it", async () => {
  const texts = ["=1+1", "_x0041_ _x0041", "_x0041_x0042_", "_x0041\u0001", "tab\tline\nreturn\r\u0002", "🚦 <&>"];
  expect((await readSheet(await buffer(write("xlsx", texts)))).flat()).toEqual(["value", ...texts]);
  const unfit = ["no\uFFFEcharacters\uFFFF", "x".repeat(32_766) + "🚦"];
  const fit = ["no\uFFFDcharacters\uFFFD", "x".repeat(32_766) + "\uFFFD"];
  expect((await readSheet(await buffer(write("xlsx", unfit)))).flat()).toEqual(["value", ...fit]);
});

test(".xlsx: the first row stays where it is", async () => {
  const bytes = await buffer(write("xlsx", [1]));
  // The sheet is the first file of the archive, behind its header of 30 bytes and two that say how long.
  const sheet = inflateRawSync(bytes.subarray(30 + bytes.readUInt16LE(26) + bytes.readUInt16LE(28))).toString();
  expect(/<pane [^>]*>/.exec(sheet)?.[0]).toBe(
    '<pane ySplit="1" topLeftCell="A2" state="frozen" activePane="bottomLeft"/>',
  );
});

test(".xlsx: what is too long for a sheet goes on in another, below the same header", async () => {
  function* values() {
    // Cells that are empty are written fast.
    for (let row = 2; row < SHEET_ROWS; row += 1) yield null;
    yield* [1, 2, 3];
  }
  const [one, two, ...more] = await readWorkbook(await buffer(write("xlsx", values())));
  expect([one?.sheet, one?.data.length, one?.data[0], one?.data.at(-1)]).toEqual([
    "values",
    SHEET_ROWS,
    ["value"],
    [1],
  ]);
  expect([two?.sheet, two?.data, more]).toEqual(["values_2", [["value"], [2], [3]], []]);
});

test.each(["csv", "xlsx"] as const)("%s: memory does not grow with 200,000 rows", async (format) => {
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  const usedMb: number[] = [];
  function* values() {
    for (let i = 0; i <= 200_000; i += 1) {
      if (i % 50_000 === 0) {
        collectGarbage();
        const { heapUsed, external } = process.memoryUsage();
        usedMb.push((heapUsed + external) / 1e6);
      }
      yield `${i} of a text that is as long as one usually is`;
    }
  }
  for await (const _chunk of write(format, values())) continue;
  expect(usedMb).toHaveLength(5);
  const [, ...later] = usedMb;
  expect(Math.max(...later) - Math.min(...later)).toBeLessThan(3);
});
