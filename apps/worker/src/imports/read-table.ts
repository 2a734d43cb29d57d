import { Readable } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { IMPORT_ROWS_AT_MOST } from "@pulsecheck/shared/import";
import { unquoteFormulas } from "@pulsecheck/shared/sheet";
import { whyTextIsRefused } from "@pulsecheck/shared/text";
import { CsvError, parse } from "csv-parse";
import type { Remarks } from "./remarks.ts";

/** A row as in the file, the first being 1, with what stands in its columns. */
export type TableRow = { row: number; cells: ReadonlyMap<string, string> };

const DELIMITERS = [",", ";", "\t"];
const PIECE = 65_536;
/** After so many rows everything else in this process gets its turn. */
const ROWS_A_TURN = 250;

/**
 * Reads a table whose first row names its columns: separated by commas, semicolons or tabs, quoted as in RFC 4180. What
 * is wrong with it goes to `errors`.
 * @param known the columns that it may have
 */
export async function readTable(text: string, known: ReadonlySet<string>, errors: Remarks): Promise<TableRow[]> {
  const delimiter = findDelimiter(text, known);
  const parser = Readable.from(piecesOf(text)).pipe(
    parse({ delimiter, relax_column_count: true, max_record_size: 1_048_576 }),
  );
  const rows: TableRow[] = [];
  let columns: string[] | null = null;
  let row = 0;
  try {
    for await (const record of parser as AsyncIterable<string[]>) {
      row += 1;
      if (row % ROWS_A_TURN === 0) await nextTurn();
      if (record.every((cell) => cell === "")) continue;
      if (columns === null) columns = readHeader(record, row, known, errors);
      else rows.push({ row, cells: readCells(record, row, columns, errors) });
      if (rows.length > IMPORT_ROWS_AT_MOST) {
        errors.add(row, null, `must have at most ${IMPORT_ROWS_AT_MOST} rows below its header`);
        return [];
      }
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // What was read before it may not have come yet.
    errors.add(Number(error["records"]) + 1, null, describeError(error));
  }
  if (rows.length === 0 && errors.count() === 0) errors.add(null, null, "has no rows");
  return rows;
}

function* piecesOf(text: string): Generator<string> {
  for (let at = 0; at < text.length; at += PIECE) yield text.slice(at, at + PIECE);
}

/** The one by which the first row has the most columns that we know. */
function findDelimiter(text: string, known: ReadonlySet<string>): string {
  const header = /^.*$/m.exec(text.trimStart())?.[0] ?? "";
  const score = (delimiter: string) => header.split(delimiter).filter((cell) => known.has(nameOf(cell))).length;
  return DELIMITERS.reduce((best, one) => (score(one) > score(best) ? one : best));
}

function nameOf(cell: string): string {
  return cell.replaceAll('"', "").trim().toLowerCase();
}

function readHeader(record: readonly string[], row: number, known: ReadonlySet<string>, errors: Remarks): string[] {
  const names = record.map(nameOf);
  for (const [i, name] of names.entries()) {
    if (name === "" && record.length === i + 1) continue;
    if (!known.has(name)) errors.add(row, record[i] ?? "", "is not a known column");
    else if (names.indexOf(name) < i) errors.add(row, name, "is there twice");
  }
  return names;
}

function readCells(record: readonly string[], row: number, columns: readonly string[], errors: Remarks) {
  const cells = new Map<string, string>();
  for (const [i, text] of record.entries()) {
    const column = columns[i];
    const why = whyTextIsRefused(text);
    if (why !== null) errors.add(row, column ?? null, why);
    else if (column !== undefined) cells.set(column, unquoteFormulas(text));
    else if (text !== "") errors.add(row, null, `has ${record.length} cells, and the first row ${columns.length}`);
  }
  return cells;
}

const WORDS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: "a quote is opened and never closed",
  INVALID_OPENING_QUOTE: "a quote stands inside of a cell that is not quoted; write two, and one around the cell",
  CSV_INVALID_CLOSING_QUOTE: "something stands behind the closing quote of a cell",
  CSV_MAX_RECORD_SIZE: "is too long",
};

function describeError({ code, message }: CsvError): string {
  return WORDS[code] ?? message;
}
