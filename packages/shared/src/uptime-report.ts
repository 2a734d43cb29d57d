import { z } from "zod";
import { rangeQuery } from "./list.ts";
import { fields, type Column } from "./sheet.ts";

const milliseconds = z.number().nullable();

const rowFields = {
  uptime_ratio: z
    .number()
    .nullable()
    .describe("Good checks / (good + failed checks), maintenance aside; null where nothing was measured"),
  checks: z.int(),
  failures: z.int(),
  downtime_ms: z.int().describe("Time in which an outage was on, maintenance aside; of a tag the sum of its monitors'"),
  incidents: z.int().describe("Outages that were on in the range"),
  mean_time_to_recovery_ms: milliseconds.describe(
    "Mean of (end - start) of the outages that ended in the range; null where none did",
  ),
  p50_ms: milliseconds.describe("Of latencies; a cron job's own row has the durations of its runs"),
  p95_ms: milliseconds,
  p99_ms: milliseconds,
};
const rowSchema = z.object({
  id: z.string().describe("The monitor's; of a tag its name"),
  name: z.string(),
  ...rowFields,
});
export type UptimeRow = z.infer<typeof rowSchema>;

export const uptimeReportSchema = z
  .object({
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    by: z.enum(["monitor", "tag"]),
    total: z.object(rowFields),
    rows: z.array(rowSchema).describe("The least available first"),
  })
  .meta({ id: "UptimeReport" });
export type UptimeReport = z.infer<typeof uptimeReportSchema>;

export const uptimeReportQuery = z.strictObject({
  ...rangeQuery,
  by: z.enum(["monitor", "tag"]).default("monitor"),
  tag: z.string().trim().min(1).max(50).optional().describe("Of the monitors that carry it"),
});

/** Does a person want the report of each month by mail? */
export const monthlyMailSchema = z.strictObject({ is_wanted: z.boolean() }).meta({ id: "MonthlyMail" });

/** The report as a table. */
export const UPTIME_COLUMNS: readonly Column<UptimeRow>[] = fields(
  "name",
  "id",
  "uptime_ratio",
  "checks",
  "failures",
  "downtime_ms",
  "incidents",
  "mean_time_to_recovery_ms",
  "p50_ms",
  "p95_ms",
  "p99_ms",
);
