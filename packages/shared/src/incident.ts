import { z } from "zod";
import { reasonSchema } from "./check.ts";
import { pageQuery, rangeQuery, sortQuery, textQuery } from "./list.ts";

export const alertStateSchema = z
  .enum(["PENDING", "SENDING", "SENT", "UNCONFIRMED", "SUPPRESSED", "REJECTED"])
  .describe("UNCONFIRMED: handed over twice, and both times the answer was lost");

export const alertSchema = z.object({
  id: z.uuid(),
  kind: z.enum(["DOWN", "UP"]),
  channel: z.string(),
  recipient: z.string(),
  state: alertStateSchema,
  sent_at: z.iso.datetime().nullable(),
  detail: z.string().nullable().describe("Why it was rejected, or why nobody knows whether it arrived"),
});

/** `outage`: down, offline, late. `threshold`, `anomaly`: values that are not as they should be; no downtime. */
export const INCIDENT_KINDS = ["outage", "threshold", "anomaly"] as const;
export type IncidentKind = (typeof INCIDENT_KINDS)[number];

const SUBJECT_TYPES = ["monitor", "device", "sensor"] as const;

/** What an incident is about: a monitor by its UUID, a device or sensor by the id that it has in its workspace. */
export const incidentSubjectSchema = z.object({
  type: z.enum(SUBJECT_TYPES),
  id: z.string(),
  name: z.string(),
});
export type IncidentSubject = z.infer<typeof incidentSubjectSchema>;

export const incidentSchema = z
  .object({
    id: z.uuid(),
    kind: z.enum(INCIDENT_KINDS),
    subject: incidentSubjectSchema,
    monitor_id: z.uuid().nullable().describe("Null where the subject is no monitor"),
    monitor_name: z.string().nullable(),
    started_at: z.iso.datetime().describe("Start of the first failed check of the streak that confirmed it"),
    confirmed_at: z.iso.datetime(),
    ended_at: z.iso.datetime().nullable(),
    duration_ms: z.int().describe("Until now, while it is on"),
    reason: reasonSchema,
    detail: z.string(),
    alerts: z.array(alertSchema),
  })
  .meta({ id: "Incident" });
export type IncidentView = z.infer<typeof incidentSchema>;

const INCIDENT_SORTS = ["status", "started_at", "kind", "name"] as const;
export type IncidentSort = (typeof INCIDENT_SORTS)[number];

export const incidentListQuery = z.strictObject({
  ...pageQuery,
  ...rangeQuery,
  sort: sortQuery(INCIDENT_SORTS, "-status,-started_at"),
  kind: z.enum(INCIDENT_KINDS).optional(),
  status: z.enum(["open", "closed"]).optional(),
  open: z.stringbool().optional().describe("true is status=open, false is status=closed"),
  subject_type: z.enum(SUBJECT_TYPES).optional(),
  q: textQuery("the subject's name, the reason or the detail"),
});
export type IncidentListQuery = z.infer<typeof incidentListQuery>;
