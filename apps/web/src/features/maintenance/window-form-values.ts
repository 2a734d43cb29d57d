import type { MaintenanceWindowView, WindowSchedule } from "@pulsecheck/shared/maintenance-window";
import { readTags } from "../../lib/form-texts.ts";
import { secondsOf, spanOf, type Span } from "../monitors/span-of-time.ts";

/** The names are those of the API's fields, without where they stand in it. */
export type WindowFormValues = {
  name: string;
  description: string;
  is_hidden: boolean;
  covers: "some" | "everything";
  monitor_ids: string[];
  device_ids: string;
  tags: string;
  kind: WindowSchedule["kind"];
  starts_at: string;
  ends_at: string;
  time: string;
  /** Numbers as texts, as checkboxes have them. */
  weekdays: string[];
  days: string;
  expression: string;
  duration_s: Span;
  time_zone: string;
  from: string;
  until: string;
};

const HOUR_MS = 3_600_000;

/** The form of a new window: an hour from the next full one on, by the reader's own clock. */
export function newWindowValues(now: number, timeZone: string): WindowFormValues {
  const nextHour = Math.ceil(now / HOUR_MS) * HOUR_MS;
  return {
    name: "",
    description: "",
    is_hidden: false,
    covers: "some",
    monitor_ids: [],
    device_ids: "",
    tags: "",
    kind: "once",
    starts_at: localOf(new Date(nextHour).toISOString()),
    ends_at: localOf(new Date(nextHour + HOUR_MS).toISOString()),
    time: "02:00",
    weekdays: ["7"],
    days: "1",
    expression: "",
    duration_s: spanOf(3_600),
    time_zone: timeZone,
    from: "",
    until: "",
  };
}

/** The form's texts for a window as it is. */
export function windowValuesOf(window: MaintenanceWindowView, now: number, timeZone: string): WindowFormValues {
  const { name, description, is_hidden, targets, schedule } = window;
  const values: WindowFormValues = {
    ...newWindowValues(now, timeZone),
    name,
    description,
    is_hidden,
    covers: targets.everything ? "everything" : "some",
    monitor_ids: targets.monitor_ids,
    device_ids: targets.device_ids.join(", "),
    tags: targets.tags.join(", "),
    kind: schedule.kind,
  };
  if (schedule.kind === "once")
    return { ...values, starts_at: localOf(schedule.starts_at), ends_at: localOf(schedule.ends_at) };
  return {
    ...values,
    ...(schedule.kind === "cron" ? { expression: schedule.expression } : { time: schedule.time }),
    ...(schedule.kind === "weekly" ? { weekdays: schedule.weekdays.map(String) } : {}),
    ...(schedule.kind === "monthly" ? { days: schedule.days.join(", ") } : {}),
    duration_s: spanOf(schedule.duration_s),
    time_zone: schedule.time_zone,
    from: schedule.from === null ? "" : localOf(schedule.from),
    until: schedule.until === null ? "" : localOf(schedule.until),
  };
}

/** The API's fields from the form's texts, still to be judged. */
export function windowInputOf(values: WindowFormValues) {
  const { name, description, is_hidden, covers, monitor_ids } = values;
  const some = { monitor_ids, device_ids: readTags(values.device_ids), tags: readTags(values.tags) };
  const targets = covers === "everything" ? { everything: true } : some;
  return { name, description, is_hidden, targets, schedule: scheduleInputOf(values) };
}

export function scheduleInputOf(values: WindowFormValues): Record<string, unknown> {
  const { kind, time } = values;
  if (kind === "once") return { kind, starts_at: instantOf(values.starts_at), ends_at: instantOf(values.ends_at) };
  const recurring = {
    duration_s: secondsOf(values.duration_s) ?? Number.NaN,
    time_zone: values.time_zone.trim(),
    from: values.from === "" ? null : instantOf(values.from),
    until: values.until === "" ? null : instantOf(values.until),
  };
  if (kind === "cron") return { kind, expression: values.expression.trim(), ...recurring };
  if (kind === "weekly") return { kind, time, weekdays: values.weekdays.map(Number), ...recurring };
  const days = readTags(values.days).map((day) => (day === "last" ? day : Number(day)));
  return kind === "monthly" ? { kind, time, days, ...recurring } : { kind, time, ...recurring };
}

/** What an `<input type="datetime-local">` holds, by the reader's clock. */
function localOf(instant: string): string {
  const at = new Date(instant);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function instantOf(local: string): string {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? "" : at.toISOString();
}
