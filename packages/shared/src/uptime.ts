import { z } from "zod";
import { mergeHistograms, quantile, type Histogram } from "./histogram.ts";
import { coveredMs, type Span } from "./span.ts";

/** The phases of a check whose durations are told on average, in their order. */
export const PHASES = ["dns", "connect", "tls", "first_byte"] as const;
export type Phase = (typeof PHASES)[number];

/** What was measured of one monitor from `at` for some hours. Only good checks count in the latencies. */
export type Measured = {
  at: Date;
  checks: number;
  failures: number;
  inconclusive: number;
  latencySumMs: number;
  latencyMinMs: number | null;
  latencyMaxMs: number | null;
  histogram: Histogram;
  /** In how many good checks a phase was measured, and how long it took in all of them together. */
  phases: Readonly<Record<Phase, { sumMs: number; checks: number }>>;
};

/** The part of it that an uptime is made of, and with it what a mean latency is. `maintenance`: checks beside those. */
export type Counts = Pick<Measured, "at" | "checks" | "failures" | "inconclusive"> & { maintenance?: number };
/** `timed`: the good checks that have a latency, where not all of them do, as with runs whose start nobody told. */
export type Counted = Counts & Pick<Measured, "latencySumMs"> & { timed?: number };

/** A span of an incident; `endedAt` is null while it is on. What of it was `maintenance` is no downtime. */
export type Outage = { startedAt: Date; endedAt: Date | null; maintenance?: readonly Span[] };

const ratio = z.number().min(0).max(1).nullable();
const milliseconds = z.number().nullable();
const latencySchema = z.object({
  avg: milliseconds,
  min: milliseconds,
  max: milliseconds,
  p50: milliseconds,
  p95: milliseconds,
  p99: milliseconds,
});
const phasesSchema = z.object({
  dns: milliseconds,
  connect: milliseconds,
  tls: milliseconds,
  first_byte: milliseconds,
});
const figures = {
  uptime_ratio: ratio.describe("Good checks / (good + failed checks); null where nothing was measured"),
  checks: z.int(),
  failures: z.int(),
  inconclusive: z.int(),
  latency_ms: latencySchema,
  phases_ms: phasesSchema.describe(
    "Means over the good checks in which the phase was measured; null where it never was",
  ),
};

export const statsSchema = z
  .object({
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    ...figures,
    downtime_ms: z.int(),
    incidents: z.int(),
    buckets: z.array(z.object({ from: z.iso.datetime(), to: z.iso.datetime(), ...figures })),
  })
  .meta({ id: "Stats" });
export type Stats = z.infer<typeof statsSchema>;
type Figures = Pick<Stats, keyof typeof figures>;

/** What `/stats` is asked for, and when. */
export type StatsRange = { from: Date; to: Date; now: Date };

/** Good checks by good and failed ones. Inconclusive checks say nothing, so they are in neither. */
export function uptimeRatio(checks: number, failures: number, inconclusive: number): number | null {
  const conclusive = checks - inconclusive;
  return conclusive > 0 ? (conclusive - failures) / conclusive : null;
}

/** Time of `from`..`to` (ms) in which an outage was on, maintenance aside; an open one lasts until `now`. */
export function downtimeMs(outages: readonly Outage[], from: Date, to: Date, now: Date): number {
  return outages.reduce((total, outage) => {
    const start = Math.max(outage.startedAt.getTime(), from.getTime());
    const end = Math.min((outage.endedAt ?? now).getTime(), to.getTime(), now.getTime());
    return end > start ? total + end - start - coveredMs(outage.maintenance ?? [], start, end) : total;
  }, 0);
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The longest range (ms) with buckets of a width (ms). */
const WIDTHS = [
  [2 * HOUR_MS, 60_000],
  [26 * HOUR_MS, 600_000],
  [8 * DAY_MS, HOUR_MS],
  [32 * DAY_MS, 6 * HOUR_MS],
] as const;
/** So far back raw checks are sure to be kept; what is older is known by the hour. */
const RAW_MS = 26 * HOUR_MS;

/** How wide (ms) the buckets of a range are. Each begins at a multiple of its width, in UTC. */
export function bucketWidthMs({ from, to, now }: StatsRange): number {
  const widthMs = WIDTHS.find(([longestMs]) => to.getTime() - from.getTime() <= longestMs)?.[1] ?? DAY_MS;
  return now.getTime() - from.getTime() <= RAW_MS ? widthMs : Math.max(widthMs, HOUR_MS);
}

/** Puts together what `/stats` answers from what was measured and the outages that touch the range. */
export function assembleStats(range: StatsRange, measured: readonly Measured[], outages: readonly Outage[]): Stats {
  const bucketMs = bucketWidthMs(range);
  return {
    from: range.from.toISOString(),
    to: range.to.toISOString(),
    ...figuresOf(measured),
    downtime_ms: downtimeMs(outages, range.from, range.to, range.now),
    incidents: outages.length,
    buckets: [...Map.groupBy(measured, (one) => Math.floor(one.at.getTime() / bucketMs) * bucketMs)]
      .toSorted((a, b) => a[0] - b[0])
      .map(([at, group]) => ({
        from: new Date(at).toISOString(),
        to: new Date(at + bucketMs).toISOString(),
        ...figuresOf(group),
      })),
  };
}

function figuresOf(measured: readonly Measured[]): Figures {
  return { ...countsOf(measured), latency_ms: latenciesOf(measured), phases_ms: phasesOf(measured) };
}

/** What was counted in all of them together, and how good it was. */
export function countsOf(
  measured: readonly Counts[],
): Pick<Figures, "uptime_ratio" | "checks" | "failures" | "inconclusive"> {
  const checks = sum(measured, (one) => one.checks);
  const failures = sum(measured, (one) => one.failures);
  const inconclusive = sum(measured, (one) => one.inconclusive);
  return { uptime_ratio: uptimeRatio(checks, failures, inconclusive), checks, failures, inconclusive };
}

/** The mean latency (ms) of the good checks that have one; null where there is none. */
export function meanLatencyMs(measured: readonly Counted[]): number | null {
  const timed = sum(measured, (one) => one.timed ?? one.checks - one.failures - one.inconclusive);
  return timed > 0 ? round(sum(measured, (one) => one.latencySumMs) / timed) : null;
}

function phasesOf(measured: readonly Measured[]): Stats["phases_ms"] {
  const mean = (phase: Phase) => {
    const checks = sum(measured, (one) => one.phases[phase].checks);
    return checks > 0 ? round(sum(measured, (one) => one.phases[phase].sumMs) / checks) : null;
  };
  return { dns: mean("dns"), connect: mean("connect"), tls: mean("tls"), first_byte: mean("first_byte") };
}

function latenciesOf(measured: readonly Measured[]): Stats["latency_ms"] {
  const histogram = mergeHistograms(measured.map((one) => one.histogram));
  if (histogram.size === 0) return { avg: null, min: null, max: null, p50: null, p95: null, p99: null };
  const min = Math.min(...measured.map((one) => one.latencyMinMs ?? Infinity));
  const max = Math.max(...measured.map((one) => one.latencyMaxMs ?? 0));
  const at = (q: number) => round(Math.min(max, Math.max(min, quantile(histogram, q) ?? min)));
  return {
    avg: round(sum(measured, (one) => one.latencySumMs) / sum([...histogram.values()], (count) => count)),
    min: round(min),
    max: round(max),
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
  };
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
