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
  type Outcome,
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
  isAnomaly: boolean;
  inMaintenance: boolean;
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
    latency_ms: latencyOf(check, check.kind),
    is_anomaly: check.isAnomaly,
    in_maintenance: check.inMaintenance,
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
  return uuidOf(`${monitorPublicId} ${scheduledAt.getTime()}`);
}

/** A UUID made of a text: the same for the same, and nothing leads back. */
export function uuidOf(text: string): string {
  const bytes = createHash("sha256").update(text).digest();
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString("hex", 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const LETTERS = {
  kind: { scheduled: "s", manual: "m", ping: "p" } satisfies Record<CheckKind, string>,
  outcome: { ok: "o", failure: "f", inconclusive: "i" } satisfies Record<Outcome, string>,
  status: { UP: "U", DOWN: "D", UNKNOWN: "?" } satisfies Record<MonitorStatus, string>,
};

/** Words of packages/shared as the letters and the small number that the table "checks" holds, and back. */
export const codes = {
  kind: (kind: CheckKind) => LETTERS.kind[kind],
  outcome: (outcome: Outcome) => LETTERS.outcome[outcome],
  status: (status: MonitorStatus) => LETTERS.status[status],
  reason: (reason: Reason | null) => (reason === null ? null : REASONS.indexOf(reason) + 1),
};

export const words = {
  kind: (letter: string) => wordOf(CHECK_KINDS, codes.kind, letter),
  outcome: (letter: string) => wordOf(OUTCOMES, codes.outcome, letter),
  status: (letter: string) => wordOf(MONITOR_STATUSES, codes.status, letter),
  reason: (code: number | null) => (code === null ? null : wordOf(REASONS, codes.reason, code)),
};

function wordOf<Word, Code>(list: readonly Word[], codeOf: (word: Word) => Code, code: Code): Word {
  const word = list.find((one) => codeOf(one) === code);
  if (word === undefined) throw new Error(`the database holds the unknown code ${String(code)}`);
  return word;
}
