import { readNumber } from "./monitor-rows.ts";
import { readTable } from "./read-table.ts";
import type { Remarks } from "./remarks.ts";

const KNOWN = new Set(["sensor_id", "value", "unit", "timestamp", "metadata", "id", "is_anomaly"]);

/** A reading as a file has it, before anybody has judged it. */
export type ReadingDraft = {
  row: number;
  fields: Record<string, unknown>;
  /** What an export calls it: it tells readings of one time apart. */
  id: string;
};

/** Readings of a table such as an export writes; its `is_anomaly` is passed over. */
export async function readReadingRows(text: string, errors: Remarks): Promise<ReadingDraft[]> {
  return (await readTable(text, KNOWN, errors)).map(({ row, cells }) => {
    const said = (name: string) => cells.get(name) || undefined;
    const [value, metadata] = [said("value"), said("metadata")];
    const fields = {
      sensor_id: said("sensor_id"),
      value: value === undefined ? undefined : readNumber(value),
      unit: said("unit"),
      timestamp: said("timestamp")?.trim(),
      metadata: metadata === undefined ? undefined : readJson(metadata),
    };
    const given = Object.fromEntries(Object.entries(fields).filter(([, cell]) => cell !== undefined));
    return { row, fields: given, id: cells.get("id")?.trim() ?? "" };
  });
}

/** What JSON says, or the text that is none: the schema says so. */
function readJson(cell: string): unknown {
  try {
    return JSON.parse(cell);
  } catch {
    return cell;
  }
}
