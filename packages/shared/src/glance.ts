import { z } from "zod";
import { countsOf, downtimeMs, meanLatencyMs, statsSchema, type Counted, type Counts, type Outage } from "./uptime.ts";

const MOST_MONITORS = 50;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const HOURS = 24;

const idList = z.array(z.uuid()).max(MOST_MONITORS);
const ids = z
  .string()
  .transform((text, context) => {
    const { success, data } = idList.safeParse(text.toLowerCase().split(","));
    if (success) return [...new Set(data)];
    context.addIssue({ code: "custom", message: `must be 1 to ${MOST_MONITORS} ids with commas between them` });
    return z.NEVER;
  })
  .describe(`Up to ${MOST_MONITORS} monitors, with commas between them`);

export const glanceQuery = z.strictObject({ ids, days: z.enum(["30", "90"]).default("30").transform(Number) });
export type GlanceQuery = z.infer<typeof glanceQuery>;

const { uptime_ratio, checks, failures, downtime_ms } = statsSchema.shape;
const maintenance = z.int().describe("Checks during maintenance, which count neither as good nor as failed");
export const glanceSchema = z
  .object({
    monitor_id: z.uuid(),
    uptime_ratio: uptime_ratio.describe("Over all these days"),
    days: z
      .array(z.object({ date: z.iso.date(), uptime_ratio, checks, failures, maintenance, downtime_ms }))
      .describe("UTC days, the oldest first, the last is today"),
    latency: z
      .array(z.object({ at: z.iso.datetime(), avg_ms: z.number().nullable() }))
      .describe("Good checks of the last 24 hours, the oldest first, the last is the hour under way"),
  })
  .meta({ id: "Glance" });
export type Glance = z.infer<typeof glanceSchema>;

/** Where a glance of so many days begins, where today does, and where its hours do (ms). */
export function startOfGlance(days: number, now: Date): { daysFrom: number; todayFrom: number; hoursFrom: number } {
  const todayFrom = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
  const hourFrom = Math.floor(now.getTime() / HOUR_MS) * HOUR_MS;
  return { daysFrom: todayFrom - (days - 1) * DAY_MS, todayFrom, hoursFrom: hourFrom - (HOURS - 1) * HOUR_MS };
}

/**
 * A monitor at a glance.
 * @param measured everything of these days once, in days or hours
 * @param hours everything of the last 24 hours, hour by hour
 */
export function assembleGlance(
  monitorId: string,
  { days, now }: { days: number; now: Date },
  measured: readonly Counts[],
  hours: readonly Counted[],
  outages: readonly Outage[],
): Glance {
  const { daysFrom, hoursFrom } = startOfGlance(days, now);
  return {
    monitor_id: monitorId,
    uptime_ratio: countsOf(measured).uptime_ratio,
    days: split(measured, daysFrom, DAY_MS, days).map(({ at, group }) => {
      const counts = countsOf(group);
      return {
        date: new Date(at).toISOString().slice(0, 10),
        uptime_ratio: counts.uptime_ratio,
        checks: counts.checks,
        failures: counts.failures,
        maintenance: group.reduce((total, one) => total + (one.maintenance ?? 0), 0),
        downtime_ms: downtimeMs(outages, new Date(at), new Date(at + DAY_MS), now),
      };
    }),
    latency: split(hours, hoursFrom, HOUR_MS, HOURS).map(({ at, group }) => ({
      at: new Date(at).toISOString(),
      avg_ms: meanLatencyMs(group),
    })),
  };
}

/** What was measured in each of `count` spans of `spanMs`, one after the other. */
function split<One extends Counts>(measured: readonly One[], from: number, spanMs: number, count: number) {
  const groups = Map.groupBy(measured, (one) => Math.floor((one.at.getTime() - from) / spanMs));
  return Array.from({ length: count }, (_, i) => ({ at: from + i * spanMs, group: groups.get(i) ?? [] }));
}
