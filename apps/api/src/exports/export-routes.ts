import { Readable } from "node:stream";
import { listAudit } from "@pulsecheck/db/audit";
import { listDevices } from "@pulsecheck/db/device-list";
import { everyItem } from "@pulsecheck/db/every-item";
import { listIncidents } from "@pulsecheck/db/incidents";
import { listMonitors } from "@pulsecheck/db/monitor-list";
import { findMonitor } from "@pulsecheck/db/monitors";
import { findSensor } from "@pulsecheck/db/sensors";
import { reportUptime } from "@pulsecheck/db/uptime-report";
import { MONITOR_FACTS, MONITOR_SETTINGS } from "@pulsecheck/shared/monitor-sheet";
import { UPTIME_COLUMNS } from "@pulsecheck/shared/uptime-report";
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { ApiEnv, Deps } from "../context.ts";
import { closeRange, ROLLED_UP_DAYS } from "../http/range.ts";
import { createRouter } from "../http/router.ts";
import { AUDIT_COLUMNS, CHECK_COLUMNS, DEVICE_COLUMNS, INCIDENT_COLUMNS, READING_COLUMNS } from "./columns.ts";
import { answerSheets } from "./answer-sheet.ts";
import { everyCheck, everyReading } from "./every-row.ts";
import { exportContract } from "./export-contract.ts";

/** Tables of what a workspace has, as long as they are, for spreadsheets and for other programs. */
export function exportRoutes({ db }: Pick<Deps, "db">): OpenAPIHono<ApiEnv> {
  const answerSheet = answerSheets();
  return createRouter()
    .openapi(exportContract.monitors, (c) => {
      const { format, ...query } = c.req.valid("query");
      const monitors = everyItem((page) => listMonitors(c.get("scope"), { ...query, ...page }));
      return answerSheet(c, format, "monitors", [...MONITOR_SETTINGS, ...MONITOR_FACTS], monitors);
    })
    .openapi(exportContract.checks, async (c) => {
      const { format, ...query } = c.req.valid("query");
      const scope = c.get("scope");
      if (query.monitor_id !== undefined) await findMonitor(scope, query.monitor_id);
      return answerSheet(c, format, "checks", CHECK_COLUMNS, everyCheck(scope, query));
    })
    .openapi(exportContract.incidents, (c) => {
      const { format, ...query } = c.req.valid("query");
      const incidents = everyItem((page) => listIncidents(c.get("scope"), { ...query, ...page }));
      return answerSheet(c, format, "incidents", INCIDENT_COLUMNS, incidents);
    })
    .openapi(exportContract.devices, (c) => {
      const { format, ...query } = c.req.valid("query");
      const devices = everyItem((page) => listDevices(c.get("scope"), { ...query, ...page }));
      return answerSheet(c, format, "devices", DEVICE_COLUMNS, devices);
    })
    .openapi(exportContract.readings, async (c) => {
      const { format, ...query } = c.req.valid("query");
      const scope = c.get("scope");
      if (query.sensor_id !== undefined) await findSensor(scope, query.sensor_id);
      return answerSheet(c, format, "readings", READING_COLUMNS, everyReading(scope, query));
    })
    .openapi(exportContract.uptime, async (c) => {
      const { format, ...query } = c.req.valid("query");
      const now = new Date();
      const { rows } = await reportUptime(c.get("scope"), { ...query, ...closeRange(query, now, ROLLED_UP_DAYS) }, now);
      return answerSheet(c, format, "uptime", UPTIME_COLUMNS, Readable.from(rows));
    })
    .openapi(exportContract.audit, (c) => {
      const { format, ...query } = c.req.valid("query");
      const entries = everyItem((page) => listAudit(c.get("scope"), { ...query, ...page }));
      return answerSheet(c, format, "audit", AUDIT_COLUMNS, entries);
    })
    .openapi(exportContract.deeds, (c) => {
      const { format, ...query } = c.req.valid("query");
      const entries = everyItem((page) => listAudit({ db, workspaceId: null }, { ...query, ...page }));
      return answerSheet(c, format, "operator-audit", AUDIT_COLUMNS, entries);
    });
}
