export { formatUptime } from "@pulsecheck/shared/uptime-words";

const NUMBER = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const DATE_TIME = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" });

/** `143 ms`, `2.4 s`; a dash where there is none. */
export function formatLatency(ms: number | null): string {
  if (ms === null) return "–";
  return ms < 10_000 ? `${NUMBER.format(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

/** `12,345` */
export function formatCount(count: number): string {
  return NUMBER.format(count);
}

/** `unexpected status` as it stands at the start of a line. */
export function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const UNITS = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1_000, "s"],
] as const;

/** The two largest units of a duration in ms: `3 h 12 min`, `42 s`. */
export function formatDuration(ms: number): string {
  const first = UNITS.findIndex(([size]) => ms >= size);
  if (first === -1) return `${Math.max(0, Math.round(ms))} ms`;
  let rest = ms;
  const parts = UNITS.slice(first, first + 2).map(([size, unit]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? null : `${count} ${unit}`;
  });
  return parts.filter((part) => part !== null).join(" ");
}

/** How long ago or ahead an instant is, in its largest unit: `12 s ago`, `in 3 min`, `now`. */
export function formatRelative(at: number, now: number): string {
  const distance = Math.abs(at - now);
  const [size, unit] = UNITS.find(([candidate]) => distance >= candidate) ?? [1_000, "s"];
  if (distance < 1_000) return "now";
  const text = `${Math.floor(distance / size)} ${unit}`;
  return at > now ? `in ${text}` : `${text} ago`;
}

/** In the reader's own zone and language. */
export function formatDateTime(at: Date, precision: "minute" | "second" = "minute"): string {
  return (precision === "second" ? FULL : DATE_TIME).format(at);
}

/** `Sunday 22 November at 02:00` by the clock of a time zone, in the reader's language. */
export function formatWeekday(at: Date, timeZone: string): string {
  const parts = { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" } as const;
  return new Intl.DateTimeFormat(undefined, { ...parts, timeZone }).format(at);
}

/** A UTC day such as 2026-11-21 in the reader's language. */
export function formatDay(day: string): string {
  return DAY.format(new Date(`${day}T00:00:00Z`));
}

/** `2026-11-21 09:28:10 UTC`. */
export function formatUtc(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
