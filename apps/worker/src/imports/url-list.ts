import { IMPORT_ROWS_AT_MOST } from "@pulsecheck/shared/import";
import { parseTargetUrl } from "@pulsecheck/shared/target-url";
import type { MonitorDraft } from "./monitor-draft.ts";
import type { Remarks } from "./remarks.ts";

const LONGEST_NAME = 200;

/** Monitors of a list of addresses, one a line; what begins with # is a comment. One that is watched already stays as it is. */
export function readUrlList(
  text: string,
  errors: Remarks,
  warnings: Remarks,
): { drafts: MonitorDraft[]; rows: number } {
  let rows = 0;
  const rowOf = new Map<string, number>();
  const drafts: MonitorDraft[] = [];
  for (const [i, line] of text.split(/\r\n|\r|\n/).entries()) {
    const written = line.trim();
    if (written === "" || written.startsWith("#")) continue;
    rows += 1;
    const parsed = parseTargetUrl(/^[a-z][a-z\d+.-]*:\/\//i.test(written) ? written : `https://${written}`);
    if (!parsed.ok) {
      errors.add(i + 1, "url", parsed.detail);
      continue;
    }
    const { href: url, host, pathname } = parsed.url;
    const first = rowOf.get(url);
    if (first !== undefined) {
      warnings.add(i + 1, "url", `is in row ${first} already`);
      continue;
    }
    rowOf.set(url, i + 1);
    const name = `${host}${pathname === "/" ? "" : pathname}`.slice(0, LONGEST_NAME);
    drafts.push({ row: i + 1, names: { externalKey: null, id: null, url }, fields: { url, name } });
  }
  if (drafts.length > IMPORT_ROWS_AT_MOST) errors.add(null, null, `must have at most ${IMPORT_ROWS_AT_MOST} addresses`);
  else if (drafts.length === 0 && errors.count() === 0) errors.add(null, null, "has no addresses");
  return { drafts, rows };
}
