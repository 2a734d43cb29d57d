import {
  SHOWN_OCCURRENCES,
  type MaintenanceWindowView,
  type WindowSchedule,
  type WindowState,
} from "@pulsecheck/shared/maintenance-window";
import type pg from "pg";
import { readSpans, type ToldSpan } from "./maintenance-spans.ts";

/** A window with what became of it and what will. */
export type WindowRow = {
  key: number;
  id: string;
  name: string;
  description: string;
  isHidden: boolean;
  coversAll: boolean;
  monitorIds: string[];
  deviceIds: string[];
  tags: string[];
  schedule: WindowSchedule;
  activeUntil: Date | null;
  next: ToldSpan[] | null;
  last: ToldSpan[] | null;
  createdAt: Date;
  updatedAt: Date;
};

const spansOf = (
  filter: string,
) => `(SELECT json_agg(json_build_object('startsAt', starts_at, 'endsAt', ends_at)) FROM (
    SELECT o.starts_at, o.ends_at FROM window_occurrences o WHERE o.window_id = w.id AND ${filter}) spans)`;

const COLUMNS = `
  w.id AS key, w.public_id AS id, w.name, w.description, w.is_hidden AS "isHidden", w.covers_all AS "coversAll", w.tags, w.schedule,
  ARRAY(SELECT m.public_id::text FROM monitors m WHERE m.workspace_id = w.workspace_id AND m.id = ANY(w.monitor_keys) ORDER BY m.id) AS "monitorIds",
  ARRAY(SELECT d.device_id FROM devices d WHERE d.workspace_id = w.workspace_id AND d.id = ANY(w.device_keys) ORDER BY d.id) AS "deviceIds",
  (SELECT max(o.ends_at) FROM window_occurrences o WHERE o.window_id = w.id AND o.starts_at <= now() AND o.ends_at > now()) AS "activeUntil",
  ${spansOf(`o.starts_at > now() ORDER BY o.starts_at LIMIT ${SHOWN_OCCURRENCES}`)} AS next,
  ${spansOf("o.ends_at <= now() ORDER BY o.ends_at DESC LIMIT 1")} AS last,
  w.created_at AS "createdAt", w.updated_at AS "updatedAt"`;

/**
 * Reads windows of a workspace, which is $1.
 * @param filter SQL on `w`, and what follows it; its parameters are $2 and on
 */
export async function selectWindows(
  client: pg.Pool | pg.PoolClient,
  workspaceId: number,
  filter: string,
  values: readonly unknown[],
): Promise<WindowRow[]> {
  const sql = `SELECT ${COLUMNS} FROM maintenance_windows w WHERE w.workspace_id = $1 AND ${filter}`;
  return (await client.query<WindowRow>(sql, [workspaceId, ...values])).rows;
}

const HAS = (filter: string) =>
  `EXISTS (SELECT 1 FROM window_occurrences o WHERE o.window_id = w.id AND o.ends_at > now() AND ${filter})`;
const IS_ON = HAS("o.starts_at <= now()");
const COMES = HAS("o.starts_at > now()");

/** SQL: is the window `w` in this state? */
export function hasState(state: WindowState): string {
  if (state === "active") return IS_ON;
  return state === "upcoming" ? `NOT ${IS_ON} AND ${COMES}` : `NOT ${IS_ON} AND NOT ${COMES}`;
}

export function viewWindow(row: WindowRow): MaintenanceWindowView {
  const next = readSpans(row.next).map(viewSpan);
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    is_hidden: row.isHidden,
    targets: {
      everything: row.coversAll,
      monitor_ids: row.monitorIds,
      device_ids: row.deviceIds,
      tags: row.tags,
    },
    schedule: row.schedule,
    state: row.activeUntil !== null ? "active" : next.length > 0 ? "upcoming" : "past",
    active_until: row.activeUntil?.toISOString() ?? null,
    next_occurrences: next,
    last_occurrence: readSpans(row.last).map(viewSpan)[0] ?? null,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}

function viewSpan({ startsAt, endsAt }: { startsAt: Date; endsAt: Date }) {
  return { starts_at: startsAt.toISOString(), ends_at: endsAt.toISOString() };
}
