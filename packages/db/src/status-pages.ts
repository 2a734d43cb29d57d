import type { Page } from "@pulsecheck/shared/list";
import { Refusal, refuseField, refuseMissing } from "@pulsecheck/shared/refusal";
import {
  STATUS_PAGES,
  type StatusPageGroups,
  type StatusPageListQuery,
  type StatusPageSort,
  type StatusPageView,
} from "@pulsecheck/shared/status-page";
import { recordChange, type Deed } from "./audit.ts";
import { Prisma, type StatusPage, type StatusPageComponent } from "./generated/client.ts";
import { given, hasText, readThings, type Column } from "./keyset.ts";
import { onlyGiven } from "./only-given.ts";
import type { Scope } from "./scope.ts";
import { lockWorkspace } from "./workspace-lock.ts";

type ComponentRow = StatusPageComponent & { monitor: { publicId: string; name: string } };
type PageRow = StatusPage & { components: ComponentRow[] };

const WITH_COMPONENTS = {
  components: {
    orderBy: { position: "asc" },
    include: { monitor: { select: { publicId: true, name: true } } },
  },
} as const;
const COLUMNS: Record<StatusPageSort | "id", Column> = {
  id: { sql: Prisma.sql`p.id`, type: "integer" },
  title: { sql: Prisma.sql`p.title`, type: "text" },
  slug: { sql: Prisma.sql`p.slug`, type: "text" },
  created_at: { sql: Prisma.sql`p.created_at`, type: "time" },
};

/** A page as it is to be stored; `passwordHash` null: open to everybody. */
export type StatusPageRecord = {
  slug: string;
  title: string;
  description: string;
  isPublished: boolean;
  passwordHash: string | null;
};

/** The changes of a page: what is undefined stays. */
export type StatusPageUpdate = { [Field in keyof StatusPageRecord]: StatusPageRecord[Field] | undefined };

/**
 * Stores a new page. Refuses (409) a slug that is taken and a page too many, (400) monitors that this workspace
 * does not have.
 */
export async function createStatusPage(
  scope: Scope,
  page: StatusPageRecord,
  groups: StatusPageGroups,
): Promise<StatusPageView> {
  const { workspaceId } = scope;
  return refuseTakenSlug(() =>
    scope.db.prisma.$transaction(async (tx) => {
      await lockWorkspace(tx, workspaceId);
      if ((await tx.statusPage.count({ where: { workspaceId } })) >= STATUS_PAGES.perWorkspace)
        throw new Refusal(409, `There are ${STATUS_PAGES.perWorkspace} status pages already.`);
      const { id } = await tx.statusPage.create({ data: { ...page, workspaceId } });
      await placeComponents(tx, scope, id, groups);
      const after = viewStatusPage(await readStored(tx, id));
      await recordChange(tx, scope, deedOn("created", null, after));
      return after;
    }),
  );
}

/** Changes a page; `groups`, where given, replaces all of its components. A monitor that stays keeps its component's id. */
export async function updateStatusPage(
  scope: Scope,
  publicId: string,
  change: StatusPageUpdate,
  groups: StatusPageGroups | undefined,
): Promise<StatusPageView> {
  return refuseTakenSlug(() =>
    scope.db.prisma.$transaction(async (tx) => {
      const [found] = await tx.$queryRaw<{ id: number }[]>`
        SELECT id FROM status_pages WHERE public_id = ${publicId}::uuid AND workspace_id = ${scope.workspaceId} FOR UPDATE`;
      if (found === undefined) throw refuseMissing("status page");
      const before = viewStatusPage(await readStored(tx, found.id));
      // Said aloud: whoever keeps a copy of the page knows by this time that it is old.
      await tx.statusPage.update({ where: { id: found.id }, data: { ...onlyGiven(change), updatedAt: new Date() } });
      if (groups !== undefined) await placeComponents(tx, scope, found.id, groups);
      const after = viewStatusPage(await readStored(tx, found.id));
      const keep = change.passwordHash === undefined ? [] : ["has_password"];
      await recordChange(tx, scope, { ...deedOn("updated", before, after), keep });
      return after;
    }),
  );
}

/** Deletes a page. Refuses (404) one that is not in this workspace. */
export async function deleteStatusPage(scope: Scope, publicId: string): Promise<void> {
  await scope.db.prisma.$transaction(async (tx) => {
    const where = { publicId, workspaceId: scope.workspaceId };
    const row = await tx.statusPage.findFirst({ where, include: WITH_COMPONENTS });
    const { count } = await tx.statusPage.deleteMany({ where });
    if (row === null || count === 0) throw refuseMissing("status page");
    await recordChange(tx, scope, deedOn("deleted", viewStatusPage(row), null));
  });
}

function deedOn(
  what: "created" | "updated" | "deleted",
  before: StatusPageView | null,
  after: StatusPageView | null,
): Deed {
  const { id = "", title = "" } = after ?? before ?? {};
  return { action: `status_page.${what}`, subject: { type: "status_page", id, name: title }, before, after };
}

export async function getStatusPage(scope: Scope, publicId: string): Promise<StatusPageView> {
  const where = { publicId, workspaceId: scope.workspaceId };
  const row = await scope.db.prisma.statusPage.findFirst({ where, include: WITH_COMPONENTS });
  if (row === null) throw refuseMissing("status page");
  return viewStatusPage(row);
}

/** A page of the workspace's status pages. Refuses (400) a cursor of another list. */
export async function listStatusPages(scope: Scope, query: StatusPageListQuery): Promise<Page<StatusPageView>> {
  const where = [
    Prisma.sql`p.workspace_id = ${scope.workspaceId}`,
    ...given(query.is_published, (one) => Prisma.sql`p.is_published = ${one}`),
    ...given(query.q, (text) => hasText(text, Prisma.sql`p.title`, Prisma.sql`p.slug`)),
  ];
  const list = { from: Prisma.sql`status_pages p`, where, columns: COLUMNS };
  return readThings(scope.db, list, query, async (ids: number[]) => {
    const stored = { workspaceId: scope.workspaceId, id: { in: ids } };
    const rows = await scope.db.prisma.statusPage.findMany({ where: stored, include: WITH_COMPONENTS });
    return rows.map((row) => [row.id, viewStatusPage(row)]);
  });
}

async function readStored(tx: Prisma.TransactionClient, id: number): Promise<PageRow> {
  return tx.statusPage.findUniqueOrThrow({ where: { id }, include: WITH_COMPONENTS });
}

/** Puts a page's components anew; badges live on because a monitor's component keeps its id. */
async function placeComponents(
  tx: Prisma.TransactionClient,
  scope: Scope,
  pageId: number,
  groups: StatusPageGroups,
): Promise<void> {
  const keys = await findMonitorKeys(tx, scope, groups);
  const before = await tx.statusPageComponent.findMany({ where: { pageId }, select: { id: true, monitorId: true } });
  const known = new Map(before.map(({ id, monitorId }) => [monitorId, id]));
  const components = groups.flatMap((group, i) =>
    group.components.map(({ monitor_id, name }, j) => {
      const monitorId = keys.get(monitor_id);
      if (monitorId === undefined)
        throw refuseField(`groups.${i}.components.${j}.monitor_id`, "is no monitor of this workspace");
      const id = known.get(monitorId);
      return { ...(id === undefined ? {} : { id }), pageId, monitorId, groupName: group.name, name };
    }),
  );
  await tx.statusPageComponent.deleteMany({ where: { pageId } });
  await tx.statusPageComponent.createMany({ data: components.map((one, position) => ({ ...one, position })) });
}

/** The inner keys of this workspace's monitors by their ids; they cannot be deleted before the transaction ends. */
async function findMonitorKeys(tx: Prisma.TransactionClient, scope: Scope, groups: StatusPageGroups) {
  const ids = groups.flatMap(({ components }) => components.map(({ monitor_id }) => monitor_id));
  const rows = await tx.$queryRaw<{ id: number; publicId: string }[]>`
    SELECT id, public_id AS "publicId" FROM monitors
    WHERE workspace_id = ${scope.workspaceId} AND public_id = ANY(${ids}::uuid[]) ORDER BY id FOR KEY SHARE`;
  return new Map(rows.map(({ id, publicId }) => [publicId, id]));
}

async function refuseTakenSlug<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // The slug is the only thing here that can be taken.
    if (!(error instanceof Prisma.PrismaClientKnownRequestError) || error.code !== "P2002") throw error;
    const detail = "is taken";
    throw new Refusal(409, `slug: ${detail}`, { errors: [{ field: "slug", detail }] });
  }
}

function viewStatusPage(row: PageRow): StatusPageView {
  return {
    id: row.publicId,
    slug: row.slug,
    title: row.title,
    description: row.description,
    is_published: row.isPublished,
    has_password: row.passwordHash !== null,
    groups: [...Map.groupBy(row.components, ({ groupName }) => groupName)].map(([name, components]) => ({
      name,
      components: components.map((one) => ({
        id: one.id,
        monitor_id: one.monitor.publicId,
        monitor_name: one.monitor.name,
        name: one.name,
      })),
    })),
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}
