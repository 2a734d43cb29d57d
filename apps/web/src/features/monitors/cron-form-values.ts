import { CRON_DEFAULTS } from "@pulsecheck/shared/cron-fields";
import type { MonitorView } from "@pulsecheck/shared/monitor";
import { readTags } from "../../lib/form-texts.ts";
import { secondsOf, spanOf, type Span } from "./span-of-time.ts";

/** The names are those of the API's fields, so that what it refuses stands at its field. */
export type CronFormValues = {
  name: string;
  plan: "period" | "schedule";
  interval: Span;
  schedule: string;
  time_zone: string;
  grace_s: Span;
  longest_run_s: Span;
  ping_id: string;
  tags: string;
  notes: string;
  alerts_on_anomaly: boolean;
};

/** The form of a new cron job: its plan by the reader's own clock. */
export function newCronValues(timeZone: string): CronFormValues {
  return {
    name: "",
    plan: "period",
    interval: spanOf(CRON_DEFAULTS.interval),
    schedule: "",
    time_zone: timeZone,
    grace_s: spanOf(CRON_DEFAULTS.grace_s),
    longest_run_s: spanOf(CRON_DEFAULTS.longest_run_s),
    ping_id: "",
    tags: "",
    notes: "",
    alerts_on_anomaly: false,
  };
}

/** The form's texts for a cron monitor as it is. */
export function cronValuesOf(monitor: MonitorView): CronFormValues {
  return {
    name: monitor.name,
    plan: monitor.schedule === null ? "period" : "schedule",
    interval: spanOf(monitor.interval),
    schedule: monitor.schedule ?? "",
    time_zone: monitor.time_zone ?? CRON_DEFAULTS.time_zone,
    grace_s: spanOf(monitor.grace_s ?? CRON_DEFAULTS.grace_s),
    longest_run_s: spanOf(monitor.longest_run_s),
    ping_id: monitor.ping_id ?? "",
    tags: monitor.tags.join(", "),
    notes: monitor.notes,
    alerts_on_anomaly: monitor.alerts_on_anomaly,
  };
}

/** The API's fields from the form's texts, still to be judged. What is left out stays, or is as usual. */
export function cronInputOf(values: CronFormValues): Record<string, unknown> {
  const { name, plan, notes, alerts_on_anomaly } = values;
  const pingId = values.ping_id.trim().toLowerCase();
  // What a period or a grace time must have is told as a number that is missing.
  const needed = (span: Span) => secondsOf(span) ?? Number.NaN;
  return {
    name,
    ...(plan === "period"
      ? { interval: needed(values.interval), schedule: null }
      : { schedule: values.schedule.trim(), time_zone: values.time_zone.trim() }),
    grace_s: needed(values.grace_s),
    longest_run_s: secondsOf(values.longest_run_s),
    ...(pingId === "" ? {} : { ping_id: pingId }),
    tags: readTags(values.tags),
    notes,
    alerts_on_anomaly,
  };
}
