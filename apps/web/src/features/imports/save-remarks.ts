import type { ImportRemark } from "@pulsecheck/shared/import";
import { quoteFormulas } from "@pulsecheck/shared/sheet";
import { saveFile } from "../../lib/save-export.ts";

/** Has the browser save remarks as a table that a spreadsheet opens, as our exports are. */
export function saveRemarks(name: string, remarks: readonly ImportRemark[]): void {
  const rows = remarks.map(({ row, column, detail }) => [String(row ?? ""), column ?? "", detail]);
  const lines = [["row", "column", "detail"], ...rows].map((cells) => cells.map(quoteCell).join(","));
  saveFile(name, new Blob([`\uFEFF${lines.join("\r\n")}\r\n`], { type: "text/csv" }));
}

function quoteCell(cell: string): string {
  return `"${quoteFormulas(cell).replaceAll('"', '""')}"`;
}
