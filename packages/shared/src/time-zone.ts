import { z } from "zod";

/** Is it a name of the IANA time zone database, such as Europe/Berlin? A bare offset (+02:00) is not. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Z]/i.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions();
    return true;
  } catch {
    return false;
  }
}

export const timeZone = z.string().max(64).refine(isTimeZone, "must be a time zone such as Europe/Berlin or UTC");

/** An instant by the clock of a time zone, as `2026-11-21 02:00:00`. */
export function formatLocal(instant: Date, zone: string): string {
  // Sweden writes dates as ISO 8601 does.
  return new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" }).format(instant);
}
