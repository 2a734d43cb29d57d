import type { ImportKind, ImportSummary } from "@pulsecheck/shared/import";
import { formatCount } from "../../lib/format.ts";

/** What can be imported, as people are asked for it. */
export const KINDS: Record<ImportKind, { label: string; hint: string; type: string; accept: string }> = {
  monitors_csv: {
    label: "Monitors, as CSV",
    hint: "A table with a row for each monitor, such as an export of the board. A monitor that is there already is changed: it is found by its external_key, or else by its id.",
    type: "text/csv",
    accept: ".csv,.tsv,.txt,text/csv",
  },
  readings_csv: {
    label: "Sensor readings, as CSV",
    hint: "A table with a row for each reading, such as an export of them, as far back as readings are kept. One that is there already, of the same sensor and time, is corrected where it differs.",
    type: "text/csv",
    accept: ".csv,.tsv,.txt,text/csv",
  },
  uptime_kuma: {
    label: "Uptime Kuma backup",
    hint: "The JSON that Uptime Kuma 1 saves under Settings, Backup. Its types http, keyword and push come along.",
    type: "application/json",
    accept: ".json,application/json",
  },
  url_list: {
    label: "List of addresses",
    hint: "One address a line. Each becomes a monitor, unless one asks it already.",
    type: "text/plain",
    accept: ".txt,text/plain",
  },
};

/** `1 row`, `2 rows`. */
export function describeCount(count: number, word: string): string {
  return `${formatCount(count)} ${word}${count === 1 ? "" : "s"}`;
}

/** Of how many remarks only some are shown, or not even kept. */
export function describeRest(shown: number, kept: number, count: number): string {
  const isWhole = kept === count;
  return `The first ${formatCount(shown)} are shown; the file has ${isWhole ? "all of them" : `the first ${formatCount(kept)}`}.`;
}

const DONE = ["created", "updated", "unchanged", "skipped"] as const;

/** What became of the rows, in short. */
export function describeOutcome(view: ImportSummary): string {
  if (view.state === "FAILED") return `Nothing was written: ${describeCount(view.error_count, "error")}`;
  const counts = DONE.filter((one) => view[one] > 0).map((one) => `${formatCount(view[one])} ${one}`);
  const outcome = counts.length === 0 ? "Nothing to do" : counts.join(", ");
  return view.is_dry_run ? `Dry run: ${outcome}` : outcome;
}
