import type { CheckView } from "@pulsecheck/shared/check";
import { readCursor, writeCursor, type Page } from "@pulsecheck/shared/list";
import { viewCheck, words } from "./check-view.ts";
import { findMonitor } from "./monitors.ts";
import type { Scope } from "./scope.ts";

type CheckRow = {
  scheduled_at: Date;
  tls_expires_at: Date | null;
  delay_ms: number;
  dns_ms: number | null;
  connect_ms: number | null;
  tls_ms: number | null;
  first_byte_ms: number | null;
  total_ms: number | null;
  kind: string;
  outcome: string;
  status: string;
  reason: number | null;
  http_status: number | null;
  resolved_address: string | null;
  detail: string | null;
  is_anomaly: boolean | null;
};

export type CheckFilter = {
  limit: number;
  cursor?: string | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
  ok?: boolean | undefined;
  anomaly?: boolean | undefined;
};

/** A monitor's checks, the latest first, as far back as raw checks are kept. */
export async function listChecks(scope: Scope, monitorPublicId: string, filter: CheckFilter): Promise<Page<CheckView>> {
  const { id } = await findMonitor(scope, monitorPublicId);
  const position = readCursor(filter.cursor, { sorts: ["-checked_at"], value: "time", key: "none" });
  const { rows } = await scope.db.pool.query<CheckRow>(
    `SELECT * FROM checks
     WHERE monitor_id = $1 AND scheduled_at < $2 AND scheduled_at >= $3 AND ($4::boolean IS NULL OR (outcome = 'o') = $4)
       AND ($5::boolean IS NULL OR (is_anomaly IS TRUE) = $5)
     ORDER BY scheduled_at DESC LIMIT $6`,
    [
      id,
      position?.value ?? filter.to ?? "infinity",
      filter.from ?? "-infinity",
      filter.ok ?? null,
      filter.anomaly ?? null,
      filter.limit + 1,
    ],
  );
  const page = rows.slice(0, filter.limit);
  const last = rows.length > filter.limit ? page.at(-1) : undefined;
  return {
    items: page.map((row) => toView(monitorPublicId, row)),
    next_cursor: last ? writeCursor({ sort: "-checked_at", value: last.scheduled_at.toISOString(), key: "" }) : null,
  };
}

function toView(monitorPublicId: string, row: CheckRow): CheckView {
  return viewCheck({
    monitorPublicId,
    scheduledAt: row.scheduled_at,
    kind: words.kind(row.kind),
    status: words.status(row.status),
    outcome: words.outcome(row.outcome),
    reason: words.reason(row.reason),
    detail: row.detail,
    isAnomaly: row.is_anomaly ?? false,
    httpStatus: row.http_status,
    phases: {
      dns: row.dns_ms,
      connect: row.connect_ms,
      tls: row.tls_ms,
      firstByte: row.first_byte_ms,
      total: row.total_ms,
    },
    resolvedAddress: row.resolved_address,
    tlsExpiresAt: row.tls_expires_at,
    startedAt: new Date(row.scheduled_at.getTime() + row.delay_ms),
  });
}
