import { quoteFormulas, type Cell, type Column } from "@pulsecheck/shared/sheet";
import { writeCsvStream } from "hucre/csv";
import { writeXlsxStream } from "hucre/xlsx";

export const SHEET_TYPES = {
  csv: "text/csv; charset=utf-8",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
} as const;
export type SheetFormat = keyof typeof SHEET_TYPES;

/** Excel's own limit. */
const LONGEST_CELL = 32_767;
const UTC_TIME = "yyyy-mm-dd hh:mm:ss";

/**
 * A table as bytes, row by row as the reader takes them: memory does not grow with it. CSV has a BOM and ISO 8601 times
 * in UTC; what a spreadsheet would run as a formula is text with a quote before it. In .xlsx every cell is typed (text
 * is never a formula), times are in UTC, and the first row stays where it is.
 */
export function writeSheet<Item>(
  format: SheetFormat,
  name: string,
  columns: readonly Column<Item>[],
  items: AsyncIterable<Item>,
): ReadableStream<Uint8Array> {
  if (format === "csv") {
    const headers = columns.map((column) => column.name);
    return writeCsvStream(
      rowsOf(items, (item) => columns.map(({ of }) => asText(of(item)))),
      { headers, bom: true },
    );
  }
  return writeXlsxStream(
    rowsOf(items, (item) => columns.map(({ of }) => fitting(of(item)))),
    {
      name,
      columns: columns.map(({ name: header, isTime }) => ({
        header,
        ...(isTime === true ? { numFmt: UTC_TIME } : {}),
      })),
      freezePane: { rows: 1 },
    },
  );
}

async function* rowsOf<Item>(items: AsyncIterable<Item>, write: (item: Item) => Cell[]): AsyncGenerator<Cell[]> {
  for await (const item of items) yield write(item);
}

/** Formulas and numbers are written here: hucre looks at a cell's first character alone, and drops digits below 1e-20. */
function asText(cell: Cell): Cell {
  if (typeof cell === "number") return String(cell);
  return typeof cell === "string" ? quoteFormulas(cell) : cell;
}

/** As XML and Excel can hold it. hucre writes control characters as `_x0001_`; text that looks so is told apart. */
function fitting(cell: Cell): Cell {
  if (typeof cell !== "string") return cell;
  return cell
    .slice(0, LONGEST_CELL)
    .replaceAll(/[\uFFFE\uFFFF]/g, "\uFFFD")
    .replaceAll(/_(?=x[\dA-Fa-f]{4}[_\p{Cc}])/gu, "_x005F_");
}
