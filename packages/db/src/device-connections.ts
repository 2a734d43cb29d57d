import type { BusEvent } from "@pulsecheck/shared/live-events";
import type { Db } from "./client.ts";

/** A device that came to a socket, or left it. */
export type ConnectionChange = {
  workspaceId: number;
  deviceId: string;
  /** The socket, of this process. */
  connectionId: string;
  kind: "connected" | "disconnected";
};

type Row = { workspaceId: number; deviceId: string; at: Date };

const INPUT = `
  unnest($1::int[], $2::text[], $3::uuid[]) AS i(workspace_id, device_id, connection_id)
  JOIN devices d ON d.workspace_id = i.workspace_id AND d.device_id = i.device_id`;
const TOLD = `
  SELECT d.workspace_id AS "workspaceId", d.device_id AS "deviceId", now() AS at FROM moved JOIN devices d ON d.id = moved.device_key`;

// The socket that spoke last holds the device: whatever held it before is not asked, and its end is no disconnect. The one
// that holds it already comes no second time.
const CONNECT = `
  WITH moved AS (
    UPDATE device_states s SET connection_id = i.connection_id, connected_to = $4, connected_since = now()
    FROM (SELECT d.id, i.connection_id FROM ${INPUT}) AS i
    WHERE s.device_key = i.id AND s.connection_id IS DISTINCT FROM i.connection_id RETURNING s.device_key
  ), events AS (
    INSERT INTO device_events (device_key, at, event_type) SELECT device_key, now(), 'c' FROM moved
  ) ${TOLD}`;

const FREE = "connection_id = NULL, connected_to = NULL, connected_since = NULL";
const EVENTS_OF_END = `
  events AS (INSERT INTO device_events (device_key, at, event_type) SELECT device_key, now(), 'd' FROM moved) ${TOLD}`;

const DISCONNECT = `
  WITH moved AS (
    UPDATE device_states s SET ${FREE}
    FROM (SELECT d.id, i.connection_id FROM ${INPUT}) AS i WHERE s.device_key = i.id AND s.connection_id = i.connection_id
    RETURNING s.device_key
  ), ${EVENTS_OF_END}`;

export type WrittenConnections = {
  /** One a change: false where it was none, as the socket held the device already, or did not hold it. */
  moved: boolean[];
  events: BusEvent[];
};

/**
 * Writes that devices came or left, in their order: the state, the event, and what sockets are told.
 * @param processId of the API process whose sockets these are
 */
export async function writeConnections(
  { pool }: Db,
  processId: string,
  changes: readonly ConnectionChange[],
): Promise<WrittenConnections> {
  const written: WrittenConnections = { moved: [], events: [] };
  for (const run of cutIntoRuns(changes)) {
    const kind = run[0]?.kind ?? "connected";
    const values = [
      run.map(({ workspaceId }) => workspaceId),
      run.map(({ deviceId }) => deviceId),
      run.map(({ connectionId }) => connectionId),
    ];
    const { rows } = await pool.query<Row>(
      kind === "connected" ? CONNECT : DISCONNECT,
      kind === "connected" ? [...values, processId] : values,
    );
    const devices = new Set(rows.map(keyOf));
    written.moved.push(...run.map((change) => devices.has(keyOf(change))));
    written.events.push(...rows.map((row) => eventOf(row, kind)));
  }
  return written;
}

function keyOf({ workspaceId, deviceId }: Pick<ConnectionChange, "workspaceId" | "deviceId">): string {
  return `${workspaceId} ${deviceId}`;
}

/** Changes of one kind and of different devices, one after the other: each can be one statement. */
function cutIntoRuns(changes: readonly ConnectionChange[]): ConnectionChange[][] {
  const runs: ConnectionChange[][] = [];
  let seen = new Set<string>();
  for (const change of changes) {
    const run = runs.at(-1);
    const key = keyOf(change);
    if (run === undefined || run[0]?.kind !== change.kind || seen.has(key)) {
      runs.push([change]);
      seen = new Set([key]);
    } else {
      run.push(change);
      seen.add(key);
    }
  }
  return runs;
}

/** Which of these devices a socket holds: those that did not come to another one since, and are still there. */
export async function readHeld(
  { pool }: Db,
  { workspaceId, connectionId }: Pick<ConnectionChange, "workspaceId" | "connectionId">,
  deviceIds: readonly string[],
): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT d.device_id AS id FROM devices d JOIN device_states s ON s.device_key = d.id
     WHERE d.workspace_id = $1 AND d.device_id = ANY($2) AND s.connection_id = $3`,
    [workspaceId, deviceIds, connectionId],
  );
  return rows.map(({ id }) => id);
}

/** Without a sign for so long, an API process is dead, and its sockets with it. */
const DEAD_AFTER_S = 30;

// The deadline of the judgement below is for those that died without a word.
const END_OWN = `
  WITH process AS (DELETE FROM api_processes WHERE id = $1), moved AS (
    UPDATE device_states s SET ${FREE} WHERE s.connected_to = $1 RETURNING s.device_key
  ), ${EVENTS_OF_END}`;

/** Ends what is left of the connections of an API process that stops. Answers what sockets are told. */
export async function endConnectionsOf({ pool }: Db, processId: string): Promise<BusEvent[]> {
  const { rows } = await pool.query<Row>(END_OWN, [processId]);
  return rows.map((row) => eventOf(row, "disconnected"));
}

// Judged only once all could sign again for a while: after the database was away, all look dead.
const END_DEAD = `
  WITH dead AS (
    DELETE FROM api_processes WHERE last_seen_at < now() - interval '${DEAD_AFTER_S} seconds'
      AND EXISTS (SELECT 1 FROM listening WHERE seen_at > now() - interval '10 seconds' AND since < now() - interval '${DEAD_AFTER_S} seconds')
    RETURNING id
  ), moved AS (
    UPDATE device_states s SET ${FREE} FROM dead WHERE s.connected_to = dead.id RETURNING s.device_key
  ), ${EVENTS_OF_END}`;

/** Ends the connections of API processes that died without a word. Answers what sockets are told. */
export async function endDeadConnections({ pool }: Db): Promise<BusEvent[]> {
  const { rows } = await pool.query<Row>({ name: "end-dead-connections", text: END_DEAD });
  return rows.map((row) => eventOf(row, "disconnected"));
}

function eventOf({ workspaceId, deviceId, at }: Row, kind: ConnectionChange["kind"]): BusEvent {
  const time = at.toISOString();
  return {
    workspace: workspaceId,
    at: time,
    type: "device.event",
    data: { device_id: deviceId, event_type: kind, at: time },
  };
}
