import {
  CHANNELS_AT_MOST,
  type ChannelChange,
  type ChannelCreate,
  type ChannelDeliveryListQuery,
  type ChannelDeliverySort,
  type ChannelDeliveryView,
  type ChannelListQuery,
  type ChannelSort,
  type ChannelView,
} from "@pulsecheck/shared/alert-channel";
import { maskConfig, type ChannelConfig } from "@pulsecheck/shared/channels/channel";
import { channelOf, type ChannelKind } from "@pulsecheck/shared/channels/registry";
import type { Page } from "@pulsecheck/shared/list";
import { Refusal, refuseMissing } from "@pulsecheck/shared/refusal";
import { recordChange } from "./audit.ts";
import { Prisma, type AlertChannel } from "./generated/client.ts";
import { SUBJECTS, subjectOf } from "./incidents.ts";
import { given, hasText, readThings, within, type Column } from "./keyset.ts";
import { onlyGiven } from "./only-given.ts";
import type { Scope } from "./scope.ts";
import type { SecretBox } from "./secret-box.ts";
import { lockWorkspace } from "./workspace-lock.ts";

/** What people change of a channel; undefined stays. */
type ChannelSettingsChange = Omit<ChannelChange, "config">;

/** A channel with its config opened: for those who send, and for the judgement of a change. */
export type OpenedChannel = { id: string; kind: string; name: string; config: ChannelConfig };

const COLUMNS: Record<ChannelSort | "id", Column> = {
  id: { sql: Prisma.sql`c.id`, type: "uuid" },
  name: { sql: Prisma.sql`c.name`, type: "text" },
  kind: { sql: Prisma.sql`c.kind`, type: "text" },
  created_at: { sql: Prisma.sql`c.created_at`, type: "time" },
};

/** A page of the workspace's channels. Refuses (400) a cursor of another list. */
export async function listChannels(scope: Scope, query: ChannelListQuery): Promise<Page<ChannelView>> {
  const where = [
    Prisma.sql`c.workspace_id = ${scope.workspaceId}`,
    ...given(query.kind, (one) => Prisma.sql`c.kind = ${one}`),
    ...given(query.is_active, (one) => Prisma.sql`c.is_active = ${one}`),
    ...given(query.q, (text) => hasText(text, Prisma.sql`c.name`)),
  ];
  const list = { from: Prisma.sql`alert_channels c`, where, columns: COLUMNS };
  return readThings(scope.db, list, query, async (ids: string[]) => {
    const stored = { workspaceId: scope.workspaceId, id: { in: ids } };
    const rows = await scope.db.prisma.alertChannel.findMany({ where: stored });
    return rows.map((row) => [row.id, viewChannel(row)]);
  });
}

/** One of this workspace's channels. Refuses (404) any other. */
export async function getChannel(scope: Scope, id: string): Promise<ChannelView> {
  return viewChannel(await findRow(scope, id));
}

/** The same with its secrets. */
export async function openChannel(scope: Scope, box: SecretBox, id: string): Promise<OpenedChannel> {
  const { kind, name, config } = await findRow(scope, id);
  return { id, kind, name, config: openConfig(box, config) };
}

/** A config as it was sealed. Throws where it was sealed under another key. */
export function openConfig(box: SecretBox, sealed: Uint8Array): ChannelConfig {
  return box.open(sealed) as ChannelConfig;
}

/** Adds a channel. Refuses (409) one too many. */
export async function createChannel(
  scope: Scope,
  box: SecretBox,
  { kind, config, ...settings }: ChannelCreate,
): Promise<ChannelView> {
  const { workspaceId } = scope;
  return scope.db.prisma.$transaction(async (tx) => {
    await lockWorkspace(tx, workspaceId);
    if ((await tx.alertChannel.count({ where: { workspaceId } })) >= CHANNELS_AT_MOST)
      throw new Refusal(409, `There are ${CHANNELS_AT_MOST} channels already, and a workspace may not have more.`);
    const { name, tags, severities, is_active: isActive } = settings;
    const data = { workspaceId, kind, name, tags, severities, isActive, ...sealConfig(box, kind, config) };
    const channel = viewChannel(await tx.alertChannel.create({ data }));
    await recordChange(tx, scope, {
      action: "channel.created",
      ...deedOn(channel),
      before: null,
      after: shown(channel),
    });
    return channel;
  });
}

/**
 * Changes a channel; what waits to be sent goes by what it is then.
 * @param changeConfig makes of the config that is there, secrets included, the whole new one; undefined: it stays
 */
export async function updateChannel(
  scope: Scope,
  box: SecretBox,
  id: string,
  change: ChannelSettingsChange,
  changeConfig: (before: ChannelConfig) => ChannelConfig | undefined,
): Promise<ChannelView> {
  return scope.db.prisma.$transaction(async (tx) => {
    // Locked before it is read: of two changes at once the later one sees the earlier one's secrets.
    await tx.$queryRaw`SELECT 1 FROM alert_channels WHERE id = ${id}::uuid AND workspace_id = ${scope.workspaceId} FOR UPDATE`;
    const before = await findRow(scope, id, tx);
    const config = changeConfig(openConfig(box, before.config));
    const data = { ...columnsOf(change), ...(config === undefined ? {} : sealConfig(box, before.kind, config)) };
    const after = viewChannel(await tx.alertChannel.update({ where: { id }, data }));
    // Masks look the same before and after.
    const keep = config === undefined ? [] : ["config"];
    const sides = { before: shown(viewChannel(before)), after: shown(after), keep };
    await recordChange(tx, scope, { action: "channel.updated", ...deedOn(after), ...sides });
    return after;
  });
}

/** Nothing more is sent to it, not even what waits already: see claimDeliveries. Refuses (404) what is not there. */
export async function deleteChannel(scope: Scope, id: string): Promise<void> {
  await scope.db.prisma.$transaction(async (tx) => {
    const before = viewChannel(await findRow(scope, id, tx));
    await tx.alertChannel.delete({ where: { id } });
    await recordChange(tx, scope, { action: "channel.deleted", ...deedOn(before), before: shown(before), after: null });
  });
}

/** A test that was sent once. `isAnswerLost`: it may have arrived all the same. */
export type SentTest = {
  id: string;
  state: "SENT" | "REJECTED" | "PENDING";
  error: string | null;
  isAnswerLost: boolean;
  at: Date;
};

/**
 * Writes down what became of a test: as the channel's last message, and among its deliveries. A channel that is gone
 * meanwhile is left alone.
 */
export async function noteTest({ db, workspaceId }: Scope, channelId: string, test: SentTest): Promise<void> {
  const { id, state, error, isAnswerLost, at } = test;
  await db.prisma.$transaction(async (tx) => {
    const [channel] = await tx.alertChannel.updateManyAndReturn({
      where: { id: channelId, workspaceId },
      data: { lastState: state, lastError: error, lastAt: at },
      select: { kind: true },
    });
    if (channel === undefined) return;
    // No test is repeated: what an alert would wait for is the end of it.
    const lost = isAnswerLost ? ("UNCONFIRMED" as const) : ("REJECTED" as const);
    const end = state === "PENDING" ? lost : state;
    const sentAt = end === "REJECTED" ? null : at;
    const address = { channel: channel.kind, channelId, recipient: channelId };
    const outcome = { state: end, lastError: error, attempts: 1, createdAt: at, dueAt: at, sentAt };
    await tx.delivery.create({ data: { id, kind: "TEST", ...address, ...outcome } });
  });
}

const DELIVERY_COLUMNS: Record<ChannelDeliverySort | "id", Column> = {
  id: { sql: Prisma.sql`y.id`, type: "uuid" },
  created_at: { sql: Prisma.sql`y.created_at`, type: "time" },
  state: { sql: Prisma.sql`y.state::text`, type: "text" },
  attempts: { sql: Prisma.sql`y.attempts`, type: "integer" },
};

/** A page of what went to a channel, or is to go. Refuses (404) a channel of others. */
export async function listChannelDeliveries(
  scope: Scope,
  id: string,
  query: ChannelDeliveryListQuery,
): Promise<Page<ChannelDeliveryView>> {
  await findRow(scope, id);
  const list = {
    from: Prisma.sql`deliveries y`,
    where: [
      Prisma.sql`y.channel_id = ${id}::uuid`,
      ...given(query.state, (one) => Prisma.sql`y.state = ${one}::delivery_state`),
      ...within(Prisma.sql`y.created_at`, query),
      ...given(query.q, (text) => hasText(text, Prisma.sql`y.last_error`)),
    ],
    columns: DELIVERY_COLUMNS,
  };
  return readThings(scope.db, list, query, async (ids: string[]) => {
    const stored = { channelId: id, id: { in: ids } };
    const rows = await scope.db.prisma.delivery.findMany({
      where: stored,
      include: { incident: { include: SUBJECTS } },
    });
    return rows.map((row) => [row.id, viewDelivery(row)]);
  });
}

type DeliveryRow = Prisma.DeliveryGetPayload<{ include: { incident: { include: typeof SUBJECTS } } }>;

function viewDelivery(row: DeliveryRow): ChannelDeliveryView {
  return {
    id: row.id,
    ...toldBy(row),
    state: row.state,
    attempts: row.attempts,
    last_error: row.lastError,
    created_at: row.createdAt.toISOString(),
    sent_at: row.sentAt?.toISOString() ?? null,
    next_try_at: row.state === "PENDING" ? row.dueAt.toISOString() : null,
    is_digest: row.digestId !== null,
  };
}

function toldBy({ id, kind, incident }: DeliveryRow): Pick<ChannelDeliveryView, "kind" | "incident"> {
  if (kind === "TEST") return { kind, incident: null };
  if (incident === null || (kind !== "DOWN" && kind !== "UP"))
    throw new Error(`the delivery ${id} to a channel is neither an alert nor a test`);
  const { startedAt, endedAt } = incident;
  const [started_at, ended_at] = [startedAt.toISOString(), endedAt?.toISOString() ?? null];
  return {
    kind,
    incident: { id: incident.id, kind: incident.kind, subject: subjectOf(incident), started_at, ended_at },
  };
}

async function findRow(
  { db, workspaceId }: Scope,
  id: string,
  client: Prisma.TransactionClient = db.prisma,
): Promise<AlertChannel> {
  const row = await client.alertChannel.findFirst({ where: { id, workspaceId } });
  if (row === null) throw refuseMissing("channel");
  return row;
}

function columnsOf({ name, tags, severities, is_active: isActive }: ChannelSettingsChange) {
  return onlyGiven({ name, tags, severities, isActive });
}

function sealConfig(box: SecretBox, kind: string, config: ChannelConfig) {
  return { config: box.seal(config), outline: maskConfig(channelOf(kind), config) };
}

function deedOn({ id, name }: ChannelView) {
  return { subject: { type: "channel" as const, id, name } };
}

/** What people set of it. */
function shown(channel: ChannelView): object {
  return { ...channel, last_outcome: undefined };
}

function viewChannel(row: AlertChannel): ChannelView {
  return {
    id: row.id,
    kind: row.kind as ChannelKind,
    name: row.name,
    config: row.outline as Record<string, string>,
    tags: row.tags,
    severities: row.severities,
    is_active: row.isActive,
    created_at: row.createdAt.toISOString(),
    last_outcome:
      row.lastState === null || row.lastAt === null
        ? null
        : { state: row.lastState, at: row.lastAt.toISOString(), detail: row.lastError },
  };
}
