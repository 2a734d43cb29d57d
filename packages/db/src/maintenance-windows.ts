import { findOccurrenceOn, findScheduleProblem } from "@pulsecheck/shared/maintenance-occurrences";
import type { Page } from "@pulsecheck/shared/list";
import type { BusEvent } from "@pulsecheck/shared/live-events";
import {
  MAINTENANCE_WINDOWS,
  type MaintenanceWindowView,
  type WindowChange,
  type WindowInput,
  type WindowListQuery,
  type WindowSchedule,
  type WindowTargets,
} from "@pulsecheck/shared/maintenance-window";
import { Refusal, refuseField, refuseMissing } from "@pulsecheck/shared/refusal";
import type pg from "pg";
import { recordChange } from "./audit.ts";
import { inTransaction } from "./client.ts";
import { Prisma } from "./generated/client.ts";
import { given, hasText, readThings, type Column } from "./keyset.ts";
import { lockMaintenance, settle } from "./maintenance-spans.ts";
import type { Scope } from "./scope.ts";
import { addOccurrences, planOccurrences } from "./window-plan.ts";
import { hasState, selectWindows, viewWindow, type WindowRow } from "./window-view.ts";

/** A window as it is after a change, and what is to be told of that. */
export type ChangedWindow<View = MaintenanceWindowView> = { window: View; events: BusEvent[] };

/** Stores a new window, which holds at once. Refuses (400) a schedule that is over, and targets that are not here. */
export async function createWindow(scope: Scope, input: WindowInput): Promise<ChangedWindow> {
  return inTransaction(scope.db.pool, async (client) => {
    const now = await lockMaintenance(client);
    await requireRoom(client, scope);
    requireFitting(input.schedule, now);
    const { rows } = await client.query<{ id: number }>(
      `INSERT INTO maintenance_windows (workspace_id, name, schedule, monitor_keys, device_keys, tags)
       VALUES ($1, $2, $3, '{}', '{}', '{}') RETURNING id`,
      [scope.workspaceId, input.name, JSON.stringify(input.schedule)],
    );
    const key = rows[0]?.id ?? 0;
    await write(client, scope, key, input);
    await planAnew(client, key, input.schedule, now);
    return finish(client, scope, key, null, now);
  });
}

/** Changes a window, also one that is on: what is past stays as it was. Refuses as a new one is refused. */
export async function updateWindow(scope: Scope, id: string, change: WindowChange): Promise<ChangedWindow> {
  return inTransaction(scope.db.pool, async (client) => {
    const now = await lockMaintenance(client);
    const before = await findWindow(client, scope, id);
    await write(client, scope, before.key, change);
    if (change.schedule !== undefined) {
      requireFitting(change.schedule, now);
      await planAnew(client, before.key, change.schedule, now);
    }
    return finish(client, scope, before.key, before, now);
  });
}

/** Ends the occurrence that is on; later ones come as planned. Refuses (409) where none is on. */
export async function endWindow(scope: Scope, id: string): Promise<ChangedWindow> {
  return inTransaction(scope.db.pool, async (client) => {
    const now = await lockMaintenance(client);
    const before = await findWindow(client, scope, id);
    const { rowCount } = await client.query(
      "UPDATE window_occurrences SET ends_at = $2 WHERE window_id = $1 AND starts_at < $2 AND ends_at > $2",
      [before.key, now],
    );
    if (rowCount === 0) throw new Refusal(409, "This window is not on.");
    return finish(client, scope, before.key, before, now, "maintenance_window.ended");
  });
}

/** Deletes a window; what is on ends, and what was in maintenance stays told so. */
export async function deleteWindow(scope: Scope, id: string): Promise<BusEvent[]> {
  return inTransaction(scope.db.pool, async (client) => {
    const now = await lockMaintenance(client);
    const row = await findWindow(client, scope, id);
    await client.query("DELETE FROM maintenance_windows WHERE id = $1", [row.key]);
    const subject = { type: "maintenance_window", id, name: row.name } as const;
    await recordChange(client, scope, {
      action: "maintenance_window.deleted",
      subject,
      before: viewWindow(row),
      after: null,
    });
    return [...(await settle(client, now)), changedEvent(scope, id, now)];
  });
}

export async function getWindow(scope: Scope, id: string): Promise<MaintenanceWindowView> {
  const [row] = await selectWindows(scope.db.pool, scope.workspaceId, "w.public_id = $2", [id]);
  if (row === undefined) throw refuseMissing("maintenance window");
  return viewWindow(row);
}

const COLUMNS: Record<"id" | "name" | "created_at", Column> = {
  id: { sql: Prisma.sql`w.id`, type: "integer" },
  name: { sql: Prisma.sql`w.name`, type: "text" },
  created_at: { sql: Prisma.sql`w.created_at`, type: "time" },
};

/** A page of the workspace's windows, by the query's filters and sort. */
export async function listWindows(scope: Scope, query: WindowListQuery): Promise<Page<MaintenanceWindowView>> {
  const where = [
    Prisma.sql`w.workspace_id = ${scope.workspaceId}`,
    ...given(query.state, (state) => Prisma.raw(hasState(state))),
    ...given(query.q, (text) => hasText(text, Prisma.sql`w.name`)),
  ];
  const list = { from: Prisma.sql`maintenance_windows w`, where, columns: COLUMNS };
  return readThings(scope.db, list, query, async (ids: number[]) => {
    const rows = await selectWindows(scope.db.pool, scope.workspaceId, "w.id = ANY($2)", [ids]);
    return rows.map((row) => [row.key, viewWindow(row)]);
  });
}

async function requireRoom(client: pg.PoolClient, { workspaceId }: Scope): Promise<void> {
  const { rows } = await client.query<{ windows: number }>(
    "SELECT count(*)::int AS windows FROM maintenance_windows WHERE workspace_id = $1",
    [workspaceId],
  );
  const most = MAINTENANCE_WINDOWS.perWorkspace;
  if ((rows[0]?.windows ?? 0) >= most) throw new Refusal(409, `There are ${most} maintenance windows already.`);
}

function requireFitting(schedule: WindowSchedule, now: Date): void {
  const problem = findScheduleProblem(schedule, now);
  if (problem !== null) throw refuseField(problem.field, problem.detail);
}

async function findWindow(client: pg.PoolClient, { workspaceId }: Scope, id: string): Promise<WindowRow> {
  const [row] = await selectWindows(client, workspaceId, "w.public_id = $2", [id]);
  if (row === undefined) throw refuseMissing("maintenance window");
  return row;
}

async function write(client: pg.PoolClient, scope: Scope, key: number, change: WindowChange): Promise<void> {
  const { name, description, is_hidden, schedule, targets } = change;
  const columns: [string, unknown][] = [
    ["name", name],
    ["description", description],
    ["is_hidden", is_hidden],
    ["schedule", schedule && JSON.stringify(schedule)],
    ...(targets === undefined ? [] : await targetColumns(client, scope, targets)),
  ];
  const changed = columns.filter(([, value]) => value !== undefined);
  const sets = changed.map(([column], i) => `${column} = $${i + 2}, `).join("");
  await client.query(`UPDATE maintenance_windows SET ${sets}updated_at = now() WHERE id = $1`, [
    key,
    ...changed.map(([, value]) => value),
  ]);
}

async function targetColumns(
  client: pg.PoolClient,
  { workspaceId }: Scope,
  { everything, monitor_ids, device_ids, tags }: WindowTargets,
): Promise<[string, unknown][]> {
  const keysOf = async (what: "monitor" | "device", ids: readonly string[]) => {
    const column = what === "monitor" ? "public_id::text" : "device_id";
    const { rows } = await client.query<{ key: number; id: string }>(
      `SELECT id AS key, ${column} AS id FROM ${what}s WHERE workspace_id = $1 AND ${column} = ANY($2)`,
      [workspaceId, ids],
    );
    const known = new Map(rows.map((row) => [row.id, row.key]));
    return ids.map((id, i) => {
      const key = known.get(id);
      if (key === undefined) throw refuseField(`targets.${what}_ids.${i}`, `is no ${what} of this workspace`);
      return key;
    });
  };
  return [
    ["covers_all", everything],
    ["monitor_keys", await keysOf("monitor", monitor_ids)],
    ["device_keys", await keysOf("device", device_ids)],
    ["tags", [...new Set(tags)]],
  ];
}

/** Plans by a new schedule: an occurrence that is on goes on where the schedule has one on too, and ends where not. */
async function planAnew(client: pg.PoolClient, key: number, schedule: WindowSchedule, now: Date): Promise<void> {
  const on = findOccurrenceOn(schedule, now);
  await client.query("DELETE FROM window_occurrences WHERE window_id = $1 AND starts_at > $2", [key, now]);
  const { rowCount } = await client.query(
    "UPDATE window_occurrences SET ends_at = $3 WHERE window_id = $1 AND starts_at <= $2 AND ends_at > $2",
    [key, now, on?.endsAt ?? now],
  );
  if (rowCount === 0 && on !== null) await addOccurrences(client, key, [on]);
  await planOccurrences(client, key, schedule, now, now);
}

async function finish(
  client: pg.PoolClient,
  scope: Scope,
  key: number,
  before: WindowRow | null,
  now: Date,
  action = before === null ? "maintenance_window.created" : "maintenance_window.updated",
): Promise<ChangedWindow> {
  const events = await settle(client, now);
  const [row] = await selectWindows(client, scope.workspaceId, "w.id = $2", [key]);
  if (row === undefined) throw refuseMissing("maintenance window");
  const window = viewWindow(row);
  const subject = { type: "maintenance_window", id: window.id, name: window.name } as const;
  await recordChange(client, scope, { action, subject, before: before && viewWindow(before), after: window });
  return { window, events: [...events, changedEvent(scope, window.id, now)] };
}

function changedEvent({ workspaceId }: Scope, id: string, now: Date): BusEvent {
  return { workspace: workspaceId, at: now.toISOString(), type: "maintenance_window.changed", data: { id } };
}
