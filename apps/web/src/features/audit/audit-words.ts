import type { AuditSubject } from "@pulsecheck/shared/audit";
import { formatDateTime } from "../../lib/format.ts";

type Subject = { noun: string; verbs: readonly string[] };
const MADE = ["created", "updated", "deleted"] as const;

/** Some of what a change can be about. */
export type Subjects = Readonly<Partial<Record<AuditSubject, Subject>>>;

/** What a change can be about, and what can happen to it. */
export const SUBJECTS: Record<AuditSubject, Subject> = {
  workspace: { noun: "workspace", verbs: ["created", "updated", "quotas_set", "member_role_set"] },
  member: { noun: "member", verbs: ["joined", "updated", "removed", "left"] },
  invitation: { noun: "invitation", verbs: ["created", "resent", "revoked"] },
  api_key: { noun: "API key", verbs: ["created", "revoked"] },
  alert_address: { noun: "alert address", verbs: ["created", "resent", "confirmed", "deleted"] },
  channel: { noun: "channel", verbs: MADE },
  monitor: { noun: "monitor", verbs: MADE },
  device: { noun: "device", verbs: ["updated", "deleted"] },
  sensor: { noun: "sensor", verbs: MADE },
  reading: { noun: "reading", verbs: ["corrected", "deleted"] },
  status_page: { noun: "status page", verbs: MADE },
  maintenance_window: { noun: "maintenance window", verbs: [...MADE, "ended"] },
  import: { noun: "import", verbs: ["finished"] },
  user: { noun: "account", verbs: ["updated", "password_reset_sent"] },
  queue: { noun: "queue", verbs: ["retried"] },
};

/** What operators do to the instance. */
export const DEEDS = {
  user: SUBJECTS.user,
  workspace: { ...SUBJECTS.workspace, verbs: ["quotas_set", "member_role_set"] },
  queue: SUBJECTS.queue,
} as const satisfies Subjects;

/** Verbs that need more words than themselves. */
const PHRASES: Readonly<Record<string, string>> = {
  updated: "changed",
  joined: "joined as",
  left: "left as",
  resent: "sent again",
  quotas_set: "set the quotas of",
  member_role_set: "gave a member another role in",
  password_reset_sent: "had a new password asked for by mail for",
  retried: "put back failed jobs of",
};

/** `changed the monitor`, for `monitor.updated`. */
export function describeAction(action: string, type: AuditSubject): string {
  const verb = action.split(".")[1] ?? action;
  return `${PHRASES[verb] ?? fieldName(verb)} the ${SUBJECTS[type].noun}`;
}

/** `last checked at` */
export function fieldName(field: string): string {
  return field.replaceAll("_", " ");
}

/** A value of any kind, as a person reads it. */
export function writeValue(value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return isInstant(value) ? formatDateTime(new Date(value), "second") : value;
  if (typeof value === "number") return String(value);
  if (Array.isArray(value) && value.every((one) => typeof one !== "object"))
    return value.length === 0 ? "none" : value.join(", ");
  return JSON.stringify(value, null, 2);
}

const isInstant = (value: string): boolean => /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value);
