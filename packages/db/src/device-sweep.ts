import { randomUUID } from "node:crypto";
import { nextSilenceMs, statusOf } from "@pulsecheck/shared/device-state";
import type { DeviceStatus } from "@pulsecheck/shared/device";
import { writeArray } from "./array-literal.ts";
import { inTransaction, type Db } from "./client.ts";
import { DEVICE_COLUMNS, thresholdsOf, type DeviceRow } from "./device-rows.ts";
import { DEAF_AFTER_S } from "./listening.ts";
import { writeChanges, type DeviceChange, type WrittenChanges } from "./device-writes.ts";

type Due = DeviceRow & {
  since: Date;
  now: Date;
  /** When the maintenance ends, or ended, that is on or was since it was heard; null without one. */
  maintenanceUntil: Date | null;
};

// A heartbeat does not move look_at, which is indexed: a device is looked at when its last known limit is reached, and
// then either has been heard since, or changes its status.
const TAKE_DUE = `
  SELECT ${DEVICE_COLUMNS}, l.since, now() AS now,
    (SELECT max(p.ends_at) FROM maintenance_spans p WHERE p.device_key = d.id AND p.starts_at <= now() AND p.ends_at > s.last_heard_at) AS "maintenanceUntil"
  FROM listening l, device_states s JOIN devices d ON d.id = s.device_key JOIN workspaces w ON w.id = d.workspace_id
  WHERE s.look_at <= now() AND l.seen_at > now() - interval '${DEAF_AFTER_S} seconds'
  ORDER BY s.look_at LIMIT $1 FOR UPDATE OF s SKIP LOCKED`;

const WRITE = `
  UPDATE device_states s SET look_at = coalesce(i.look_at, 'infinity'), status = i.status,
    status_since = CASE WHEN s.status = i.status THEN s.status_since ELSE now() END, incident_id = CASE WHEN i.status = 'OFFLINE' THEN coalesce(i.incident_id, s.incident_id) END
  FROM unnest($1::int[], $2::timestamptz[], $3::device_status[], $4::uuid[]) AS i(key, look_at, status, incident_id)
  WHERE s.device_key = i.key`;

type Judged = { row: Due; status: DeviceStatus; lookAt: Date | null; silentSince: Date; incidentId: string | null };

export type Sweep = WrittenChanges & { looked: number };

/**
 * Looks at the devices whose silence may have reached a limit, and changes the status of those that were not heard.
 * Any number of workers may do this at once, and a repeated sweep changes nothing.
 * @param limit devices at most; fewer looked at than that means that none is left
 */
export async function sweepDevices(db: Db, limit: number): Promise<Sweep> {
  return inTransaction(db.pool, async (client) => {
    const { rows } = await client.query<Due>({ name: "take-due-devices", text: TAKE_DUE, values: [limit] });
    if (rows.length === 0) return { looked: 0, events: [], incidentIds: [] };
    const judged = rows.map(judge);
    await client.query({
      name: "write-swept-devices",
      text: WRITE,
      values: [
        writeArray(judged.map(({ row }) => row.key)),
        writeArray(judged.map(({ lookAt }) => lookAt)),
        writeArray(judged.map(({ status }) => status)),
        writeArray(judged.map(({ incidentId }) => incidentId)),
      ],
    });
    return { looked: rows.length, ...(await writeChanges(client, judged.map(changeOf))) };
  });
}

function judge(row: Due): Judged {
  const silentSince = new Date(Math.max(row.lastHeardAt.getTime(), row.since.getTime()));
  const silentMs = row.now.getTime() - silentSince.getTime();
  const thresholds = thresholdsOf(row);
  const counted = statusOf(silentMs, row.isBatteryLow, thresholds);
  // Listening began anew while it was offline: nothing was heard of it since, so it still is.
  const status = row.status === "OFFLINE" && row.lastHeardAt < row.since ? "OFFLINE" : counted;
  if (status === "OFFLINE") return judgeOffline(row, silentSince);
  const nextMs = nextSilenceMs(silentMs, thresholds);
  // A moment after the limit: what is silent for exactly so long is not yet silent for longer.
  const lookAt = nextMs === null ? null : new Date(silentSince.getTime() + nextMs + 1);
  return { row, status, lookAt, silentSince, incidentId: null };
}

/** An outage, unless it is one already: of silence during maintenance only what lasts as long again after its end. */
function judgeOffline(row: Due, silentSince: Date): Judged {
  const countsFrom = new Date(Math.max(silentSince.getTime(), row.maintenanceUntil?.getTime() ?? -Infinity));
  const confirmedAt = new Date(countsFrom.getTime() + row.offlineAfterS * 1_000 + 1);
  const isKnown = row.incidentId !== null;
  const isWaiting = !isKnown && row.maintenanceUntil !== null && confirmedAt > row.now;
  return {
    row,
    status: "OFFLINE",
    lookAt: isWaiting ? confirmedAt : null,
    silentSince: countsFrom,
    incidentId: isKnown || isWaiting ? null : randomUUID(),
  };
}

function changeOf({ row, status, silentSince, incidentId }: Judged): DeviceChange {
  const begins = incidentId === null ? null : { id: incidentId, startedAt: silentSince, detail: sentenceOf(row) };
  return { row, now: { ...row, status }, at: row.now, isNew: false, heartbeats: null, begins };
}

function sentenceOf({ offlineAfterS }: DeviceRow): string {
  const minutes = offlineAfterS / 60;
  return `Nothing was heard of it for more than ${Number.isInteger(minutes) ? `${minutes} min` : `${offlineAfterS} s`}.`;
}
