import { z } from "zod";
import { pageQuery, rangeQuery, sortQuery } from "./list.ts";

/** Why a check did not pass, or an incident began. The position in this list, from 1, is what the database stores. */
export const REASONS = [
  "dns",
  "connect",
  "tls",
  "timeout",
  "http_status",
  "assertion",
  "too_large",
  "redirect",
  "protocol",
  "blocked",
  // Of what reports by itself: cron jobs, devices, and values outside their bounds or their usual band.
  "late",
  "overrun",
  "failed",
  "silent",
  "threshold",
  "anomaly",
] as const;
export const reasonSchema = z.enum(REASONS);
export type Reason = z.infer<typeof reasonSchema>;

/** `inconclusive`: it says nothing about the target, so it neither opens nor ends an outage. */
export const OUTCOMES = ["ok", "failure", "inconclusive"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** `ping`: a run of a cron job, ended or missed. */
export const CHECK_KINDS = ["scheduled", "manual", "ping"] as const;
export type CheckKind = (typeof CHECK_KINDS)[number];

export const MONITOR_STATUSES = ["UP", "DOWN", "UNKNOWN"] as const;
export const monitorStatusSchema = z.enum(MONITOR_STATUSES);
export type MonitorStatus = z.infer<typeof monitorStatusSchema>;

/** Durations of the last hop's phases, in ms; null where a phase was not reached or not needed. */
export type Phases = {
  dns: number | null;
  connect: number | null;
  tls: number | null;
  firstByte: number | null;
  /** From the start of the check to its end, all redirects included; null for a run whose start nobody told. */
  total: number | null;
};

/** What a probe found: data, never an exception. */
export type ProbeResult = {
  outcome: Outcome;
  reason: Reason | null;
  /** A sentence that a person understands; null when all is well. */
  detail: string | null;
  httpStatus: number | null;
  phases: Phases;
  resolvedAddress: string | null;
  tlsExpiresAt: Date | null;
  startedAt: Date;
};

/** A blocked target is a mistake in the configuration, not an outage. */
export function outcomeOf(reason: Reason | null): Outcome {
  if (reason === null) return "ok";
  return reason === "blocked" ? "inconclusive" : "failure";
}

/** A latency is told only where the target answered: a time-out has none. That of a run is how long it took. */
export function latencyOf({ httpStatus, phases }: Pick<ProbeResult, "httpStatus" | "phases">, kind: CheckKind) {
  return kind === "ping" || httpStatus !== null ? phases.total : null;
}

const milliseconds = z.number().nullable();

export const checkSchema = z
  .object({
    id: z.uuid(),
    monitor_id: z.uuid(),
    kind: z.enum(CHECK_KINDS),
    ok: z.boolean(),
    status: monitorStatusSchema.describe("The monitor's status after this check"),
    reason: reasonSchema.nullable(),
    detail: z.string().nullable(),
    latency_ms: milliseconds,
    is_anomaly: z.boolean().describe("A good check that took far longer than is usual for this monitor"),
    in_maintenance: z.boolean().describe("It was made during maintenance, and counts neither as good nor as failed"),
    http_status: z.int().nullable(),
    phases_ms: z.object({
      dns: milliseconds,
      connect: milliseconds,
      tls: milliseconds,
      first_byte: milliseconds,
      total: milliseconds,
    }),
    resolved_address: z.string().nullable(),
    tls_expires_at: z.iso.datetime().nullable(),
    checked_at: z.iso.datetime(),
  })
  .meta({ id: "Check" });
export type CheckView = z.infer<typeof checkSchema>;

export const checkListQuery = z.strictObject({
  ...pageQuery,
  ...rangeQuery,
  sort: sortQuery(["checked_at"], "-checked_at"),
  ok: z.stringbool().optional(),
  status: monitorStatusSchema.optional().describe("The monitor's status after the check"),
  anomaly: z.stringbool().optional(),
});
export type CheckListQuery = z.infer<typeof checkListQuery>;
