import { z } from "zod";
import { CRON_DEFAULTS, cronFields, type CronRules } from "./cron-fields.ts";
import {
  commonFields,
  httpFields,
  monitorCreateSchema,
  monitorUpdateSchema,
  type IntervalRules,
  type MonitorKind,
} from "./monitor.ts";

/** What an instance allows for monitors of whatever kind. */
export type MonitorRules = IntervalRules & CronRules;

/** Body of `POST /monitors` for a cron job, with its defaults filled in. */
export function cronMonitorCreateSchema(rules: CronRules) {
  const own = cronFields(rules);
  return z.strictObject({
    kind: z.literal("cron"),
    ...own,
    interval: own.interval.default(CRON_DEFAULTS.interval),
    schedule: own.schedule.default(CRON_DEFAULTS.schedule),
    time_zone: own.time_zone.default(CRON_DEFAULTS.time_zone),
    grace_s: own.grace_s.default(CRON_DEFAULTS.grace_s),
    longest_run_s: own.longest_run_s.default(CRON_DEFAULTS.longest_run_s),
    ping_id: own.ping_id.optional().describe("Left out: a new one"),
    ...commonFields,
    external_key: commonFields.external_key.default(null),
    tags: commonFields.tags.default([]),
    notes: commonFields.notes.default(""),
    is_active: commonFields.is_active.default(true),
    alerts_on_anomaly: commonFields.alerts_on_anomaly.default(false),
  });
}
export type CronMonitorInput = z.infer<ReturnType<typeof cronMonitorCreateSchema>>;

/** Body of `PATCH /monitors/{id}` for a cron job: what is left out stays; null clears. */
export function cronMonitorUpdateSchema(rules: CronRules) {
  return z.strictObject({ ...cronFields(rules), ...commonFields }).partial();
}
export type CronMonitorChange = z.infer<ReturnType<typeof cronMonitorUpdateSchema>>;

/** Body of `POST /monitors`, of whatever kind; without one it is http. */
export function anyMonitorCreateSchema(rules: MonitorRules) {
  return z.discriminatedUnion("kind", [monitorCreateSchema(rules), cronMonitorCreateSchema(rules)]);
}
export type AnyMonitorInput = z.infer<ReturnType<typeof anyMonitorCreateSchema>>;

/** Body of `PATCH /monitors/{id}` before it is known which kind it is about: `changeSchemaOf` judges the rest. */
export function anyMonitorUpdateSchema(rules: MonitorRules) {
  const cron = cronFields(rules);
  return z.strictObject({ ...httpFields(rules), ...cron, interval: cron.interval }).partial();
}
export type AnyMonitorChange = z.infer<ReturnType<typeof anyMonitorUpdateSchema>>;

/** What a change of a monitor of this kind may hold. */
export function changeSchemaOf(kind: MonitorKind, rules: MonitorRules) {
  return kind === "cron" ? cronMonitorUpdateSchema(rules) : monitorUpdateSchema(rules);
}
