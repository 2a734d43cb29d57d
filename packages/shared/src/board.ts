import { z } from "zod";
import { monitorStatusSchema } from "./check.ts";
import { pageQuery } from "./list.ts";
import { monitorSchema } from "./monitor.ts";

/** A monitor in short: what a list shows of it that holds all monitors of a workspace in memory. */
export const monitorOnBoardSchema = monitorSchema
  .pick({
    id: true,
    kind: true,
    name: true,
    url: true,
    interval: true,
    schedule: true,
    status: true,
    status_since: true,
    is_active: true,
    in_maintenance_until: true,
    tags: true,
    last_latency_ms: true,
    last_checked_at: true,
    last_reason: true,
    next_check_at: true,
  })
  .meta({ id: "MonitorOnBoard" });
export type MonitorOnBoard = z.infer<typeof monitorOnBoardSchema>;

export const boardQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1_000).default(1_000),
  cursor: pageQuery.cursor,
  status: monitorStatusSchema.optional(),
});
export type BoardQuery = z.infer<typeof boardQuery>;
