import { auditListQuery } from "@pulsecheck/shared/audit";
import { checkListQuery } from "@pulsecheck/shared/check";
import { deviceListQuery } from "@pulsecheck/shared/device";
import { incidentListQuery } from "@pulsecheck/shared/incident";
import { monitorListQuery } from "@pulsecheck/shared/monitor";
import { readingListQuery, sensorListQuery } from "@pulsecheck/shared/sensor";
import { uptimeReportQuery } from "@pulsecheck/shared/uptime-report";
import { z } from "zod";
import { defineRoute, type Caller } from "../http/route.ts";
import { SHEET_TYPES } from "./write-sheet.ts";

/** A list's query without its pages: a table holds all of them. */
const PAGES = { limit: true, cursor: true } as const;
const format = { format: z.enum(["csv", "xlsx"]).default("csv") };

const monitorExport = monitorListQuery.omit({ ...PAGES, total: true }).extend(format);
const checkExport = checkListQuery.omit(PAGES).extend({
  ...format,
  monitor_id: z.uuid().toLowerCase().optional().describe("Of this monitor alone; otherwise of all"),
  tag: monitorListQuery.shape.tag.describe("Of the monitors that carry it"),
});
const auditExport = auditListQuery.omit(PAGES).extend(format);
const readingExport = readingListQuery.omit(PAGES).extend({
  ...format,
  sensor_id: z.string().min(1).max(128).optional().describe("Of this sensor alone; otherwise of all"),
  tag: sensorListQuery.shape.tag.describe("Of the sensors that carry it"),
});
export type CheckExport = Omit<z.infer<typeof checkExport>, "format">;
export type ReadingExport = Omit<z.infer<typeof readingExport>, "format">;

function define<const Query extends z.ZodObject>(caller: Caller, what: string, query: Query, problems: number[] = []) {
  const file = { schema: z.string().meta({ format: "binary" }) };
  return defineRoute(
    caller,
    {
      method: "get",
      path: `/api/v1/exports/${what}`,
      tags: ["Exports"],
      request: { query },
      responses: {
        200: {
          description: "A file: all that a list of the same filters holds, in one table",
          content: { [SHEET_TYPES.csv]: file, [SHEET_TYPES.xlsx]: file },
        },
      },
    },
    [...problems, 503],
  );
}

export const exportContract = {
  monitors: define("read", "monitors", monitorExport),
  checks: define("read", "checks", checkExport, [404]),
  incidents: define("read", "incidents", incidentListQuery.omit(PAGES).extend(format)),
  devices: define("read", "devices", deviceListQuery.omit({ ...PAGES, total: true }).extend(format)),
  readings: define("read", "readings", readingExport, [404]),
  uptime: define("read", "uptime", uptimeReportQuery.extend(format)),
  audit: define("admin", "audit", auditExport),
  deeds: define("superuser", "operator-audit", auditExport),
};
