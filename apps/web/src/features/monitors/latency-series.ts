import type { CheckView } from "@pulsecheck/shared/check";
import type { Stats } from "@pulsecheck/shared/uptime";

export type Bucket = Stats["buckets"][number];
/** One line or area of the chart; null where nothing was measured. */
export type Series = {
  key: string;
  label: string;
  meaning: string;
  colour: string;
  dash: number[];
  of(bucket: Bucket): number | null;
};
export type LatencyView = "percentiles" | "phases";

const PERCENTILES = [
  { key: "p50", meaning: "half were as fast or faster", colour: "--series-2", dash: [] },
  { key: "p95", meaning: "95 % were as fast or faster", colour: "--series-3", dash: [8, 4] },
  { key: "p99", meaning: "99 % were as fast or faster", colour: "--series-4", dash: [2, 4] },
] as const;
const PHASES = [
  { key: "dns", label: "DNS", meaning: "to find the address", colour: "--series-1" },
  { key: "connect", label: "Connect", meaning: "to open the connection", colour: "--series-2" },
  { key: "tls", label: "TLS", meaning: "to agree on the encryption", colour: "--series-3" },
  {
    key: "first_byte",
    label: "First byte",
    meaning: "from the request to the beginning of the answer",
    colour: "--series-4",
  },
] as const;

/** What the dots are. */
export const UNUSUAL = {
  label: "Unusual",
  meaning: "took far longer than is usual for this monitor",
  colour: "--down",
  look: "dots",
} as const;

export const SERIES: Record<LatencyView, readonly Series[]> = {
  percentiles: PERCENTILES.map((one) => ({
    ...one,
    label: one.key,
    dash: [...one.dash],
    of: ({ latency_ms }) => latency_ms[one.key],
  })),
  phases: PHASES.map((one) => ({ ...one, dash: [], of: ({ phases_ms }) => phases_ms[one.key] })),
};

/** A bucket or, between two of them, the lack of any. Undefined: an unusually slow check, which breaks no line. */
export type Slot = { at: number; bucket: Bucket | null | undefined; unusual?: CheckView };

/**
 * Buckets as the chart shows them, each in its middle (ms). Where more is missing than checks that are far apart
 * explain, a slot without a bucket breaks the line.
 */
export function listSlots({ from, to, buckets }: Stats, intervalMs: number): Slot[] {
  const slots: Slot[] = [];
  let before: Bucket | undefined;
  for (const bucket of buckets) {
    const [start, end] = [Date.parse(bucket.from), Date.parse(bucket.to)];
    if (before !== undefined && start - Date.parse(before.from) > (end - start) * 1.5 + intervalMs)
      slots.push({ at: (Date.parse(before.to) + start) / 2, bucket: null });
    slots.push({ at: (Math.max(start, Date.parse(from)) + Math.min(end, Date.parse(to))) / 2, bucket });
    before = bucket;
  }
  return slots;
}

/** The same slots, with a dot among them for each unusually slow check. */
export function withDots(slots: readonly Slot[], unusual: readonly CheckView[]): Slot[] {
  const dots = unusual.map((check): Slot => ({ at: Date.parse(check.checked_at), bucket: undefined, unusual: check }));
  return [...slots, ...dots].sort((a, b) => a.at - b.at);
}

/** The slowest of the unusual checks that a bucket holds: what is pointed at lies close to its dot. */
export function slowestOf({ from, to }: Bucket, unusual: readonly CheckView[]): CheckView | undefined {
  const inside = unusual.filter(({ checked_at: at }) => at >= from && at < to);
  return inside.toSorted((a, b) => (b.latency_ms ?? 0) - (a.latency_ms ?? 0))[0];
}

/** One row of values a series. Stacked, each stands on those before it, and what was not measured is nothing. */
export function listValues(slots: readonly Slot[], view: LatencyView): (number | null | undefined)[][] {
  const rows = SERIES[view].map(({ of }) => slots.map(({ bucket }) => bucket && of(bucket)));
  if (view === "percentiles") return rows;
  return rows.map((_, i) =>
    slots.map(({ bucket }, at) => {
      if (bucket === undefined) return undefined;
      const column = rows.map((row) => row[at] ?? null);
      if (column.every((ms) => ms === null)) return null;
      return column.slice(0, i + 1).reduce<number>((sum, ms) => sum + (ms ?? 0), 0);
    }),
  );
}
