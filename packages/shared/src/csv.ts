import { quoteFormulas, type Cell, type Column } from "./sheet.ts";

const BOM = "\uFEFF";

/** A small table as the exports write a large one: RFC 4180 with a BOM, times in ISO 8601, nothing that runs as a formula. */
export function writeCsv<Item>(columns: readonly Column<Item>[], items: readonly Item[]): string {
  const rows = [columns.map(({ name }) => name), ...items.map((item) => columns.map(({ of }) => of(item)))];
  return BOM + rows.map((cells) => cells.map(writeCell).join(",")).join("\r\n");
}

function writeCell(cell: Cell): string {
  if (cell === null) return "";
  if (cell instanceof Date) return cell.toISOString();
  const text = typeof cell === "string" ? quoteFormulas(cell) : String(cell);
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
