import { MONITOR_FACTS, MONITOR_SETTINGS, splitTags } from "@pulsecheck/shared/monitor-sheet";
import type { MonitorDraft } from "./monitor-draft.ts";
import { readTable, type TableRow } from "./read-table.ts";
import type { Remarks } from "./remarks.ts";

const SETTINGS = new Set(MONITOR_SETTINGS.map(({ name }) => name));
const KNOWN = new Set([...MONITOR_SETTINGS, ...MONITOR_FACTS].map(({ name }) => name));

const WHOLE_NUMBERS = new Set([
  "interval",
  "timeout_ms",
  "max_redirects",
  "failure_threshold",
  "grace_s",
  "longest_run_s",
]);
const SWITCHES = new Set(["follow_redirects", "verify_tls", "is_active", "alerts_on_anomaly"]);
/** What an empty cell clears; of all else it says nothing. */
const CLEARED: Readonly<Record<string, unknown>> = {
  keyword: null,
  keyword_absent: null,
  schedule: null,
  longest_run_s: null,
  tags: [],
  notes: "",
};

/** Monitors of a table such as an export writes. */
export async function readMonitorRows(text: string, errors: Remarks): Promise<MonitorDraft[]> {
  return (await readTable(text, KNOWN, errors)).map(draftOf);
}

function draftOf({ row, cells }: TableRow): MonitorDraft {
  const fields = Object.fromEntries(
    [...cells].flatMap(([name, cell]) => (SETTINGS.has(name) ? readCell(name, cell) : [])),
  );
  const names = {
    externalKey: cells.get("external_key")?.trim() || null,
    id: cells.get("id")?.trim() || null,
    url: null,
  };
  return { row, names, fields };
}

/** A field and its value; none where the cell says nothing. */
function readCell(name: string, cell: string): [string, unknown][] {
  if (cell === "") return name in CLEARED ? [[name, CLEARED[name]]] : [];
  if (name === "tags") return [[name, splitTags(cell)]];
  if (name === "expected_status") return [[name, cell.split(/[\s,;]+/).filter((range) => range !== "")]];
  if (name === "method") return [[name, cell.trim().toUpperCase()]];
  if (WHOLE_NUMBERS.has(name)) return [[name, readNumber(cell)]];
  return [[name, SWITCHES.has(name) ? readSwitch(cell) : cell]];
}

/** A number, or the text that is none: the schema says so. */
export function readNumber(cell: string): number | string {
  return /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(cell) ? Number(cell) : cell;
}

function readSwitch(cell: string): boolean | string {
  const word = cell.trim().toLowerCase();
  if (["true", "yes", "1"].includes(word)) return true;
  return ["false", "no", "0"].includes(word) ? false : cell;
}
