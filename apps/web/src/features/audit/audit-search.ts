import type { AuditSubject } from "@pulsecheck/shared/audit";
import { readDays, spanOfDays } from "../../lib/days.ts";
import { RANGE_HOURS, type Range } from "../../lib/ranges.ts";
import { readText } from "../things/thing-search.ts";

const { "1h": _tooShort, ...longer } = RANGE_HOURS;
export type AuditRange = Exclude<Range, "1h">;
export const AUDIT_RANGES = Object.keys(longer) as AuditRange[];

/** Which entries of the audit log are shown: it stands in the address. */
export type AuditSearch = {
  subject?: AuditSubject;
  action?: string;
  user?: string;
  range?: AuditRange;
  from?: string;
  to?: string;
  q?: string;
};

/** Reads an address's search, dropping what it cannot hold. */
export function auditSearch(search: Record<string, unknown>): AuditSearch {
  const { subject, action, range } = search;
  const isName = (value: unknown): value is string => typeof value === "string" && /^[a-z_]{1,40}$/.test(value);
  const isOfSubject = typeof action === "string" && (!isName(subject) || action.startsWith(`${subject}.`));
  const days = readDays(search);
  return {
    ...(isName(subject) ? { subject: subject as AuditSubject } : {}),
    ...(isOfSubject && /^[a-z_]{1,40}\.[a-z_]{1,40}$/.test(action) ? { action } : {}),
    ...readText("user", search["user"]),
    ...days,
    ...(!("from" in days) && AUDIT_RANGES.includes(range as AuditRange) ? { range: range as AuditRange } : {}),
    ...readText("q", search["q"]),
  };
}

/** The range that an address asks for, as it is now; without one the log goes back to its beginning. */
export function spanOfAudit({ range, from, to }: AuditSearch, now: number): { from?: string; to?: string } {
  if (from !== undefined && to !== undefined) return spanOfDays({ from, to }, now);
  return range === undefined ? {} : { from: new Date(now - RANGE_HOURS[range] * 3_600_000).toISOString() };
}
