import type { CheckListQuery, CheckView } from "@pulsecheck/shared/check";
import type { Page } from "@pulsecheck/shared/list";
import { codes, viewCheck, words } from "./check-view.ts";
import { Prisma } from "./generated/client.ts";
import { given, readPage, within, type Column } from "./keyset.ts";
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
  in_maintenance: boolean | null;
};

// A monitor has one check at a time.
const DUE = Prisma.sql`c.scheduled_at`;
const COLUMNS: Record<"checked_at", Column> = { checked_at: { sql: DUE, type: "time" } };

/** A monitor's checks, the latest first, as far back as raw checks are kept. */
export async function listChecks(
  scope: Scope,
  monitorPublicId: string,
  query: CheckListQuery,
): Promise<Page<CheckView>> {
  const { id } = await findMonitor(scope, monitorPublicId);
  const where = [
    Prisma.sql`c.monitor_id = ${id}`,
    ...within(DUE, query),
    ...given(query.ok, (one) => Prisma.sql`(c.outcome = 'o') = ${one}`),
    ...given(query.status, (one) => Prisma.sql`c.status = ${codes.status(one)}`),
    ...given(query.anomaly, (one) => Prisma.sql`(c.is_anomaly IS TRUE) = ${one}`),
  ];
  const list = {
    select: Prisma.sql`c.*`,
    from: Prisma.sql`checks c`,
    where,
    columns: COLUMNS,
    key: "checked_at",
  } as const;
  return readPage(scope.db, list, query, (rows: CheckRow[]) => rows.map((row) => toView(monitorPublicId, row)));
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
    inMaintenance: row.in_maintenance ?? false,
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
