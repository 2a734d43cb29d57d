import type { CountedPage } from "@pulsecheck/shared/list";
import type {
  OperatorWorkspaceListQuery,
  OperatorWorkspaceSort,
  OperatorWorkspaceView,
  QuotaChange,
} from "@pulsecheck/shared/operator-workspace";
import type { MemberView } from "@pulsecheck/shared/member";
import { refuseMissing } from "@pulsecheck/shared/refusal";
import type { MemberRole } from "@pulsecheck/shared/role";
import { recordChange } from "./audit.ts";
import type { Db } from "./client.ts";
import { Prisma, type Workspace } from "./generated/client.ts";
import { given, hasText, readPage, type Column } from "./keyset.ts";
import { giveRole } from "./members.ts";
import { onlyGiven } from "./only-given.ts";
import { requireOperator } from "./operator-users.ts";
import { scopeTo, type Actor, type Scope } from "./scope.ts";
import { lockWorkspace } from "./workspace-lock.ts";

const countOf = (table: string) =>
  Prisma.sql`(SELECT count(*) FROM ${Prisma.raw(table)} x WHERE x.workspace_id = w.id)::int`;
const MONITORS = countOf("monitors");
const DEVICES = countOf("devices");
const SENSORS = countOf("sensors");
const MEMBERS = countOf("memberships");
const OWNER = Prisma.sql`
  (SELECT u.email FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.workspace_id = w.id AND m.is_personal LIMIT 1)`;

const COLUMNS: Record<OperatorWorkspaceSort | "id", Column> = {
  id: { sql: Prisma.sql`w.id`, type: "integer" },
  created_at: { sql: Prisma.sql`w.created_at`, type: "time" },
  name: { sql: Prisma.sql`w.name`, type: "text" },
  monitors: { sql: MONITORS, type: "integer" },
  devices: { sql: DEVICES, type: "integer" },
  sensors: { sql: SENSORS, type: "integer" },
  members: { sql: MEMBERS, type: "integer" },
};

// What devices and sensors have sent is counted beside them already; the rows themselves would take long.
const SELECT = Prisma.sql`
  w.public_id AS id, w.name, w.created_at, ${OWNER} AS owner_email,
  ${MONITORS} AS monitors, ${DEVICES} AS devices, ${SENSORS} AS sensors, ${MEMBERS} AS members,
  (SELECT coalesce(sum(heartbeats), 0) FROM device_states s WHERE s.workspace_id = w.id)::float8 AS heartbeats,
  (SELECT coalesce(sum(t.readings), 0) FROM sensors s JOIN sensor_states t ON t.sensor_key = s.id
   WHERE s.workspace_id = w.id)::float8 AS readings,
  w.max_monitors, w.max_devices, w.max_sensors, w.max_members`;

type Row = Omit<OperatorWorkspaceView, "created_at"> & { created_at: Date };

/** A page of all workspaces: how much is in each, and how much may be. */
export async function listWorkspaces(
  db: Db,
  query: OperatorWorkspaceListQuery,
): Promise<CountedPage<OperatorWorkspaceView>> {
  return readWorkspaces(db, query, [
    Prisma.sql`true`,
    ...given(query.is_personal, (one) => Prisma.sql`(${OWNER} IS NOT NULL) = ${one}`),
    ...given(query.q, (text) => hasText(text, Prisma.sql`w.name`, OWNER)),
  ]);
}

/**
 * Sets how much a workspace may have. What is beyond it already stays; nothing is added. Refuses (404) what is not
 * there.
 */
export async function setQuotas(
  db: Db,
  { id, change, actor }: { id: string; change: QuotaChange; actor: Actor | null },
): Promise<OperatorWorkspaceView> {
  await db.prisma.$transaction(async (tx) => {
    await requireOperator(tx, actor);
    const [found] = await tx.$queryRaw<{ id: number }[]>`
      SELECT id FROM workspaces WHERE public_id = ${id}::uuid FOR NO KEY UPDATE`;
    if (found === undefined) throw refuseMissing("workspace");
    const where = { id: found.id };
    const before = await tx.workspace.findUniqueOrThrow({ where });
    const after = await tx.workspace.update({ where, data: columnsOf(change) });
    const subject = { type: "workspace", id, name: before.name } as const;
    const quotas = { before: quotasOf(before), after: quotasOf(after) };
    // In the log of the operators' deeds, and in that of those whom it is about.
    for (const workspaceId of [null, found.id])
      await recordChange(tx, { workspaceId, actor }, { action: "workspace.quotas_set", subject, ...quotas });
  });
  const one = [Prisma.sql`w.public_id = ${id}::uuid`];
  const [workspace] = (await readWorkspaces(db, { sort: "name", limit: 1 }, one)).items;
  if (workspace === undefined) throw refuseMissing("workspace");
  return workspace;
}

/**
 * Gives a member of any workspace another role: where its last ADMIN is to be disabled, somebody must follow. Refuses
 * (404) what is not there, (409) like `changeMemberRole`.
 */
export async function setMemberRole(
  db: Db,
  { id, userId, role, actor }: { id: string; userId: string; role: MemberRole; actor: Actor | null },
  now: Date,
): Promise<{ scope: Scope; member: MemberView }> {
  const found = await db.prisma.workspace.findUnique({ where: { publicId: id }, select: { id: true, name: true } });
  if (found === null) throw refuseMissing("workspace");
  const scope = scopeTo(db, found.id, actor);
  return db.prisma.$transaction(async (tx) => {
    await requireOperator(tx, actor);
    await lockWorkspace(tx, found.id);
    const { before, after: member } = await giveRole(tx, scope, { userId, role }, now);
    if (before.role === role) return { scope, member };
    const subject = { type: "workspace", id, name: found.name } as const;
    const deed = { action: "workspace.member_role_set", subject, before: null, after: { email: member.email, role } };
    await recordChange(tx, { workspaceId: null, actor }, deed);
    return { scope, member };
  });
}

async function readWorkspaces(
  db: Db,
  query: Pick<OperatorWorkspaceListQuery, "sort" | "limit" | "cursor">,
  where: readonly Prisma.Sql[],
): Promise<CountedPage<OperatorWorkspaceView>> {
  const list = { select: SELECT, from: Prisma.sql`workspaces w`, where, columns: COLUMNS, key: "id" } as const;
  return readPage<Row, OperatorWorkspaceView>(db, list, query, (rows) =>
    rows.map((row) => ({ ...row, created_at: row.created_at.toISOString() })),
  );
}

function columnsOf(change: QuotaChange): Prisma.WorkspaceUpdateInput {
  return onlyGiven({
    maxMonitors: change.max_monitors,
    maxDevices: change.max_devices,
    maxSensors: change.max_sensors,
    maxMembers: change.max_members,
  });
}

function quotasOf({ maxMonitors, maxDevices, maxSensors, maxMembers }: Workspace) {
  return { max_monitors: maxMonitors, max_devices: maxDevices, max_sensors: maxSensors, max_members: maxMembers };
}
