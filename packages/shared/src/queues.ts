import { z } from "zod";

/** The queues and what a job of each carries. A tick carries no ids: Postgres knows what is due. */
export const QUEUES = {
  checks: "checks",
  manualChecks: "manual-checks",
  alerts: "alerts",
  channelTests: "channel-tests",
  imports: "imports",
  maintenance: "maintenance",
} as const;

export const checksJobSchema = z.object({ shard: z.int() });
export const channelTestJobSchema = z.object({ workspace_id: z.int(), channel_id: z.uuid() });
export const manualCheckJobSchema = z.object({ workspace_id: z.int(), monitor_id: z.uuid() });

/** How often the outbox is looked through, in ms. */
export const ALERTS_EVERY_MS = 1_000;
/** How often imports are looked for that nobody has taken, or whose worker is gone. */
export const IMPORTS_EVERY_MS = 5_000;
export const MAINTENANCE_EVERY_MS = 60_000;
