import type { Page } from "@pulsecheck/shared/list";
import { receivePing, type CronDecision } from "@pulsecheck/shared/cron-job";
import { timingOf } from "@pulsecheck/shared/cron-schedule";
import type { Ping, PingKind, PingListQuery, PingView } from "@pulsecheck/shared/ping";
import type pg from "pg";
import { inTransaction, type Db } from "./client.ts";
import { writeChecks, type AcceptedCheck } from "./commit-checks.ts";
import { writeCronState } from "./cron-jobs.ts";
import { claimPinged, putOff } from "./due-checks.ts";
import { finishRun } from "./finish-check.ts";
import { Prisma } from "./generated/client.ts";
import { given, readPage, within, type Column } from "./keyset.ts";
import { findMonitor } from "./monitors.ts";
import type { Scope } from "./scope.ts";
import { isWatched } from "./watches.ts";

/** A ping as it came in. */
export type IncomingPing = Omit<Ping, "at"> & {
  method: string;
  address: string;
  userAgent: string | null;
  /** Its first bytes; null without any. */
  body: Uint8Array | null;
};

/** What is to be published: the run that it ended, if it did; and to those who watch its monitor that it came. */
export type ReceivedPing = { accepted: AcceptedCheck | null; watched: WatchedPing | null };
type WatchedPing = { workspaceId: number; monitorId: string; at: Date };

type Target = { monitorId: number; publicId: string; workspaceId: number; isActive: boolean; isWatched: boolean };

/**
 * Takes a ping: keeps it, decides what it means and commits that, all at once. A look at the job's deadline that is
 * under way elsewhere is void from then on. A paused job's ping is kept and moves nothing.
 * @returns null where no cron job has this ping id
 */
export async function takePing(db: Db, pingId: string, ping: IncomingPing): Promise<ReceivedPing | null> {
  return inTransaction(db.pool, async (client) => {
    const target = await lockTarget(client, pingId);
    if (target === null) return null;
    const at = await readTime(client);
    const watched = target.isWatched ? { workspaceId: target.workspaceId, monitorId: target.publicId, at } : null;
    if (!target.isActive || ping.kind === "log") {
      await keepPing(client, target.monitorId, ping, at, null);
      await client.query("UPDATE cron_jobs SET pings = pings + 1 WHERE monitor_id = $1", [target.monitorId]);
      return { accepted: null, watched };
    }
    return { accepted: await decidePing(client, target.monitorId, { ...ping, at }), watched };
  });
}

async function decidePing(
  client: pg.PoolClient,
  monitorId: number,
  ping: IncomingPing & Ping,
): Promise<AcceptedCheck | null> {
  const claim = await claimPinged(client, monitorId);
  if (claim === null || claim.cron === null) throw new Error(`monitor ${monitorId} is no cron job`);
  const { settings, state, listeningSince } = claim.cron;
  const decision = receivePing(state, ping, timingOf(settings), listeningSince);
  const finished = decision.result && finishRun(claim, decision.result, decision);
  const accepted = finished && (await writeChecks(client, [finished]));
  if (finished === null) {
    await putOff(client, claim, decision.deadline);
    await writeCronState(client, monitorId, decision.next);
  }
  const durationMs = decision.result?.durationMs ?? null;
  await keepPing(client, monitorId, ping, ping.at, durationMs);
  await countPing(client, monitorId, ping.at, decision);
  return accepted?.[0] ?? null;
}

async function countPing(client: pg.PoolClient, monitorId: number, at: Date, { result }: CronDecision): Promise<void> {
  await client.query({
    name: "count-ping",
    text: `UPDATE cron_jobs SET pings = pings + 1, last_ping_at = $2,
        last_duration_ms = CASE WHEN $3 THEN $4 ELSE last_duration_ms END WHERE monitor_id = $1`,
    values: [monitorId, at, result !== null, result?.durationMs ?? null],
  });
}

/** Locks the monitor's state, as every commit does, so that of two pings at once the later one sees the earlier one's. */
async function lockTarget(client: pg.PoolClient, pingId: string): Promise<Target | null> {
  const { rows } = await client.query<Target>({
    name: "lock-pinged",
    text: `
      SELECT m.id AS "monitorId", m.public_id AS "publicId", m.workspace_id AS "workspaceId", m.is_active AS "isActive",
        ${isWatched("m.id")} AS "isWatched"
      FROM cron_jobs c JOIN monitors m ON m.id = c.monitor_id JOIN monitor_states s ON s.monitor_id = m.id
      WHERE c.ping_id = $1 FOR UPDATE OF s`,
    values: [pingId],
  });
  return rows[0] ?? null;
}

/** By the database's clock, which deadlines are judged by as well; read behind the lock, so that it goes on. */
async function readTime(client: pg.PoolClient): Promise<Date> {
  const { rows } = await client.query<{ at: Date }>("SELECT clock_timestamp() AS at");
  return rows[0]?.at ?? new Date();
}

// The letters that the table holds.
const LETTERS = { start: "s", success: "o", fail: "f", log: "l" } satisfies Record<PingKind, string>;
const KINDS = Object.fromEntries(Object.entries(LETTERS).map(([kind, letter]) => [letter, kind])) as Record<
  string,
  PingKind
>;

async function keepPing(
  client: pg.PoolClient,
  monitorId: number,
  { kind, exitCode, rid, method, address, userAgent, body }: IncomingPing,
  at: Date,
  durationMs: number | null,
): Promise<void> {
  await client.query({
    name: "keep-ping",
    text: `INSERT INTO pings (at, monitor_id, kind, exit_code, duration_ms, rid, method, address, user_agent, body)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    values: [at, monitorId, LETTERS[kind], exitCode, durationMs, rid, method, address, userAgent, body],
  });
}

type PingRow = {
  id: string;
  at: Date;
  kind: string;
  exit_code: number | null;
  duration_ms: number | null;
  rid: string | null;
  method: string;
  address: string | null;
  user_agent: string | null;
  body: Buffer | null;
};

const AT = Prisma.sql`p.at`;
const COLUMNS: Record<"at" | "id", Column> = {
  id: { sql: Prisma.sql`p.id`, type: "bigint" },
  at: { sql: AT, type: "time" },
};

/** A cron job's pings, the latest first, as far back as raw data is kept. */
export async function listPings(scope: Scope, monitorPublicId: string, query: PingListQuery): Promise<Page<PingView>> {
  const { id } = await findMonitor(scope, monitorPublicId);
  const where = [
    Prisma.sql`p.monitor_id = ${id}`,
    ...within(AT, query),
    ...given(query.kind, (one) => Prisma.sql`p.kind = ${LETTERS[one]}`),
  ];
  const list = { select: Prisma.sql`p.*`, from: Prisma.sql`pings p`, where, columns: COLUMNS, key: "id" } as const;
  return readPage(scope.db, list, query, (rows: PingRow[]) => rows.map(viewPing));
}

function viewPing(row: PingRow): PingView {
  return {
    id: Number(row.id),
    at: row.at.toISOString(),
    kind: KINDS[row.kind] ?? "log",
    exit_code: row.exit_code,
    rid: row.rid,
    duration_ms: row.duration_ms,
    method: row.method,
    address: row.address,
    user_agent: row.user_agent,
    body: row.body === null ? null : new TextDecoder().decode(row.body),
  };
}
