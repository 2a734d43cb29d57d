import { createHash } from "node:crypto";
import {
  CHECK_KINDS,
  latencyOf,
  MONITOR_STATUSES,
  OUTCOMES,
  REASONS,
  type CheckKind,
  type CheckView,
  type MonitorStatus,
  type ProbeResult,
  type Reason,
} from "@pulsecheck/shared/check";

/** A check as it is stored and shown. */
export type Check = ProbeResult & {
  monitorPublicId: string;
  scheduledAt: Date;
  kind: CheckKind;
  /** The monitor's status after it. */
  status: MonitorStatus;
};

export function viewCheck(check: Check): CheckView {
  const { phases } = check;
  return {
    id: checkIdOf(check.monitorPublicId, check.scheduledAt),
    monitor_id: check.monitorPublicId,
    kind: check.kind,
    ok: check.outcome === "ok",
    status: check.status,
    reason: check.reason,
    detail: check.detail,
    latency_ms: latencyOf(check),
    http_status: check.httpStatus,
    phases_ms: {
      dns: phases.dns,
      connect: phases.connect,
      tls: phases.tls,
      first_byte: phases.firstByte,
      total: phases.total,
    },
    resolved_address: check.resolvedAddress,
    tls_expires_at: check.tlsExpiresAt?.toISOString() ?? null,
    checked_at: check.startedAt.toISOString(),
  };
}

/** A check is known by its monitor and due time; its public id is a UUID made of both (RFC 9562, version 8). */
export function checkIdOf(monitorPublicId: string, scheduledAt: Date): string {
  const bytes = createHash("sha256").update(`${monitorPublicId} ${scheduledAt.getTime()}`).digest();
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString("hex", 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Words of packages/shared as the small numbers that the table "checks" holds, and back. */
export const codes = {
  kind: (kind: CheckKind) => CHECK_KINDS.indexOf(kind),
  outcome: (outcome: ProbeResult["outcome"]) => OUTCOMES.indexOf(outcome),
  status: (status: MonitorStatus) => MONITOR_STATUSES.indexOf(status),
  reason: (reason: Reason | null) => (reason === null ? null : REASONS.indexOf(reason) + 1),
};

export const words = {
  kind: (code: number) => wordAt(CHECK_KINDS, code),
  outcome: (code: number) => wordAt(OUTCOMES, code),
  status: (code: number) => wordAt(MONITOR_STATUSES, code),
  reason: (code: number | null) => (code === null ? null : wordAt(REASONS, code - 1)),
};

function wordAt<T>(list: readonly T[], index: number): T {
  const word = list[index];
  if (word === undefined) throw new Error(`the database holds the unknown code ${index}`);
  return word;
}
