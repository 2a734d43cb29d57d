import { z } from "zod";
import { pageQuery, rangeQuery, sortQuery, textQuery } from "./list.ts";

/** What a change can be about. */
export const AUDIT_SUBJECTS = [
  "workspace",
  "member",
  "invitation",
  "api_key",
  "alert_address",
  "channel",
  "monitor",
  "device",
  "sensor",
  "reading",
  "status_page",
  "maintenance_window",
  "import",
  "user",
  "queue",
] as const;
export type AuditSubject = (typeof AUDIT_SUBJECTS)[number];

const subjectTypeSchema = z.enum(AUDIT_SUBJECTS);
const values = z.record(z.string(), z.unknown()).nullable();

export const auditEntrySchema = z
  .object({
    id: z.int(),
    at: z.iso.datetime(),
    user: z
      .object({ id: z.uuid(), email: z.string() })
      .nullable()
      .describe("Who did it; null: PulseCheck itself, or the owner of a mail address without an account"),
    api_key: z.object({ id: z.uuid(), name: z.string() }).nullable().describe("The key by which they did it"),
    address: z.string().nullable().describe("The network address that it came from"),
    action: z.string().describe("Such as `monitor.updated`"),
    subject: z.object({ type: subjectTypeSchema, id: z.string(), name: z.string() }),
    before: values.describe("What was there; of a change only the fields that differ. Secrets are masked"),
    after: values.describe("What is there now"),
  })
  .meta({ id: "AuditEntry" });
export type AuditEntryView = z.infer<typeof auditEntrySchema>;

export const auditListQuery = z.strictObject({
  ...pageQuery,
  ...rangeQuery,
  sort: sortQuery(["at"], "-at"),
  subject_type: subjectTypeSchema.optional(),
  subject_id: z.string().min(1).max(200).optional(),
  action: z
    .string()
    .regex(/^[a-z_]{1,40}\.[a-z_]{1,40}$/, "must look like monitor.updated")
    .optional(),
  user_id: z.uuid().optional(),
  api_key_id: z.uuid().optional().describe("Done by this key"),
  address: z.string().min(1).max(100).optional().describe("Done from this network address"),
  q: textQuery("the subject's name"),
});
export type AuditListQuery = z.infer<typeof auditListQuery>;

/** What things do by themselves: nobody's change. And the path that lets a job ping us: a secret to write with. */
const NOT_SET_BY_ANYONE = new Set([
  "status",
  "status_since",
  "last_latency_ms",
  "last_checked_at",
  "last_reason",
  "last_alert_sent_at",
  "last_ping_at",
  "next_check_at",
  "battery_level",
  "signal_strength",
  "last_heard_at",
  "is_connected",
  "connected_since",
  "heartbeats",
  "last_value",
  "last_reading_at",
  "last_metadata",
  "is_anomaly",
  "readings",
  "breach",
  "breach_since",
  "has_open_incident",
  "last_used_at",
  "in_maintenance_until",
  "created_at",
  "updated_at",
]);
const MASK = "***";

/**
 * What of a thing's public view belongs into the audit log: what people set.
 * @returns null for null, so that a thing that is new or gone has no other side
 */
export function settingsOf(view: object | null): Record<string, unknown> | null {
  if (view === null) return null;
  const isCron = "kind" in view && view.kind === "cron";
  const entries = Object.entries(view).filter(([field]) => !NOT_SET_BY_ANYONE.has(field));
  return Object.fromEntries(
    entries.map(([field, value]) => [
      field,
      isCron && (field === "ping_id" || field === "url") && value !== null ? MASK : value,
    ]),
  );
}

export type Change = { before: Record<string, unknown> | null; after: Record<string, unknown> | null };

/**
 * The two sides of a change as the audit log keeps them: only the fields that differ, and those in `keep`, such as
 * secrets, whose masks look the same before and after. Null where nothing changed.
 */
export function describeChange(
  before: object | null,
  after: object | null,
  keep: readonly string[] = [],
): Change | null {
  const [old, now] = [settingsOf(before), settingsOf(after)];
  if (old === null || now === null) return old === now ? null : { before: old, after: now };
  const fields = Object.keys({ ...old, ...now }).filter(
    (field) => keep.includes(field) || JSON.stringify(old[field]) !== JSON.stringify(now[field]),
  );
  if (fields.length === 0) return null;
  const only = (side: Record<string, unknown>) =>
    Object.fromEntries(fields.map((field) => [field, side[field] ?? null]));
  return { before: only(old), after: only(now) };
}
