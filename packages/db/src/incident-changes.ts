import type { Reason } from "@pulsecheck/shared/check";
import type { IncidentKind } from "@pulsecheck/shared/incident";
import type { LiveEvent } from "@pulsecheck/shared/live-events";
import type pg from "pg";
import { codes } from "./check-view.ts";

/** The one thing that an incident is about, by its inner key. */
export type IncidentOf = { monitorId: number } | { deviceKey: number } | { sensorKey: number };

/** An incident that begins or ends, and what sockets are told of it. */
export type IncidentChange = {
  id: string;
  workspaceId: number;
  of: IncidentOf;
  kind: IncidentKind;
  /** When it was confirmed, or when it ended. */
  at: Date;
  /** What it begins with; null where it ends. */
  begins: { startedAt: Date; reason: Reason; detail: string } | null;
  events: readonly LiveEvent[];
};

const keyOf = (of: IncidentOf, name: "monitorId" | "deviceKey" | "sensorKey"): number | null =>
  name in of ? ((of as Record<string, number>)[name] ?? null) : null;

/**
 * Writes the beginnings and ends of incidents, each with its outbox row, inside the caller's transaction: with the
 * state that it belongs to. An end of what has ended already changes nothing but leaves its outbox row.
 */
export async function writeIncidentChanges(client: pg.PoolClient, changes: readonly IncidentChange[]): Promise<void> {
  if (changes.length === 0) return;
  const opened = changes.flatMap(({ begins, ...change }) => (begins === null ? [] : [{ ...change, ...begins }]));
  const closed = changes.filter(({ begins }) => begins === null);
  if (opened.length > 0) {
    await client.query(
      `INSERT INTO incidents (id, workspace_id, kind, monitor_id, device_key, sensor_key, started_at, confirmed_at, reason, detail)
       SELECT * FROM unnest($1::uuid[], $2::int[], $3::incident_kind[], $4::int[], $5::int[], $6::int[], $7::timestamptz[], $8::timestamptz[], $9::smallint[], $10::text[])`,
      [
        opened.map(({ id }) => id),
        opened.map(({ workspaceId }) => workspaceId),
        opened.map(({ kind }) => kind),
        opened.map(({ of }) => keyOf(of, "monitorId")),
        opened.map(({ of }) => keyOf(of, "deviceKey")),
        opened.map(({ of }) => keyOf(of, "sensorKey")),
        opened.map(({ startedAt }) => startedAt),
        opened.map(({ at }) => at),
        opened.map(({ reason }) => codes.reason(reason)),
        opened.map(({ detail }) => detail),
      ],
    );
  }
  if (closed.length > 0) {
    await client.query(
      `UPDATE incidents SET ended_at = t.at FROM unnest($1::uuid[], $2::timestamptz[]) AS t(id, at)
       WHERE incidents.id = t.id AND ended_at IS NULL`,
      [closed.map(({ id }) => id), closed.map(({ at }) => at)],
    );
  }
  await client.query(
    `INSERT INTO transitions (incident_id, kind, at, events)
     SELECT * FROM unnest($1::uuid[], $2::transition_kind[], $3::timestamptz[], $4::jsonb[])`,
    [
      changes.map(({ id }) => id),
      changes.map(({ begins }) => (begins === null ? "UP" : "DOWN")),
      changes.map(({ at }) => at),
      changes.map(({ events }) => JSON.stringify(events)),
    ],
  );
}
