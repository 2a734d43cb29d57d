import type { IncomingMessage, ServerResponse } from "node:http";
import { nextOnGrid, SHARDS } from "@pulsecheck/shared/schedule";
import pg from "pg";
import type { TestContext } from "vitest";
import type { Person } from "../harness/caller.ts";
import type { BrokerKind } from "../harness/house.ts";
import { openMailService, type MailService } from "../harness/mail-service.ts";
import { openFleet, type Fleet, type OurApi } from "../harness/processes.ts";
import { openTarget, type Target } from "../harness/target.ts";

/** A monitor as the journals know it: its path at the target, its name in the mails. */
export type Shop = { id: number; publicId: string; name: string; path: string; intervalMs: number; addedAt: number };

export type Way = (request: IncomingMessage, response: ServerResponse) => void;

/** A fleet in real processes, its target and its mail service. */
export type Town = {
  mails: MailService;
  target: Target;
  fleet: Fleet;
  api: OurApi;
  alice: Person;
  /** Adds monitors on the grid of their interval: the first check comes at its next point. */
  addShops(fields: ShopFields): Promise<Shop[]>;
  /** How the target answers these from now on. */
  behave(shops: readonly Shop[], way: Way): void;
  /** For what the API does not tell, such as how many rows there are. */
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
};

export type ShopFields = {
  name: string;
  count: number;
  intervalS: number;
  timeoutMs?: number;
  failureThreshold?: number;
};

export type TownOptions = {
  env?: Record<string, string>;
  postgresSettings?: Record<string, string>;
  /** How long the target takes for an answer, unless it is told otherwise. */
  latencyMs?: number;
};

/** One API process and no worker; torn down after the test. Tests that run side by side each pass their own context. */
export async function openTown(
  { onTestFinished }: Pick<TestContext, "onTestFinished">,
  broker: BrokerKind,
  options: TownOptions = {},
): Promise<Town> {
  const { town, close } = await buildTown(broker, options);
  onTestFinished(close, 60_000);
  return town;
}

export async function buildTown(
  broker: BrokerKind,
  { env = {}, postgresSettings = {}, latencyMs = 0 }: TownOptions = {},
): Promise<{ town: Town; close(): Promise<void> }> {
  const mails = await openMailService();
  const target = await openTarget();
  const ways = new Map<string, Way>();
  target.answer((request, response) => (ways.get(request.url ?? "") ?? healthy(latencyMs))(request, response));
  const mailEnv = { POSTMARK_API_TOKEN: "a-server-token", POSTMARK_API_URL: mails.url, ALERT_DIGEST_AFTER: "10000" };
  const fleet = await openFleet(broker, { ...mailEnv, ...env }, postgresSettings);
  const api = await fleet.startApi();
  const alice = await fleet.register("alice");
  const query: Town["query"] = (text, values) => queryOnce(fleet.postgres.databaseUrl, text, values);
  const town: Town = {
    mails,
    target,
    fleet,
    api,
    alice,
    query,
    addShops: (fields) => addShops(query, alice.id, target.url, fields),
    behave: (shops, way) => shops.forEach(({ path }) => ways.set(path, way)),
  };
  const close = async (): Promise<void> => {
    await fleet.stop();
    await target.stop();
    await mails.stop();
  };
  return { town, close };
}

export const healthy =
  (latencyMs: number): Way =>
  (_request, response) => {
    setTimeout(() => response.end("all is well"), latencyMs);
  };

export const broken: Way = (_request, response) => {
  response.statusCode = 500;
  response.end("broken");
};

/** Never answers. */
export const hanging: Way = () => undefined;

// A connection for each question: the server may have been away since the last one.
async function queryOnce<Row extends pg.QueryResultRow>(url: string, text: string, values?: unknown[]): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}

async function addShops(
  query: Town["query"],
  ownerId: string,
  targetUrl: string,
  { name, count, intervalS, timeoutMs = 2_000, failureThreshold = 2 }: ShopFields,
): Promise<Shop[]> {
  const rows = await query<{ id: number; workspaceId: number; publicId: string; name: string }>(
    `INSERT INTO monitors (workspace_id, created_by_id, name, url, interval_s, timeout_ms, expected_status,
       follow_redirects, max_redirects, verify_tls, failure_threshold)
     SELECT workspace_id, user_id, $6 || '-' || n, $2 || $6 || '-' || n, $3, $4, '{200-299}', true, 5, true, $7
     FROM memberships, generate_series(1, $5) AS n WHERE user_id = $1
     RETURNING id, workspace_id AS "workspaceId", public_id AS "publicId", name`,
    [ownerId, targetUrl, intervalS, timeoutMs, count, name, failureThreshold],
  );
  const intervalMs = intervalS * 1_000;
  const now = new Date();
  await query(
    `INSERT INTO monitor_states (monitor_id, workspace_id, shard, next_check_at)
     SELECT id, workspace_id, id % ${SHARDS}, due FROM unnest($1::int[], $2::int[], $3::timestamptz[]) AS t(id, workspace_id, due)`,
    [
      rows.map(({ id }) => id),
      rows.map(({ workspaceId }) => workspaceId),
      rows.map(({ id }) => nextOnGrid(id, intervalMs, new Date(0), now)),
    ],
  );
  return rows.map(({ id, publicId, name: own }) => ({
    id,
    publicId,
    name: own,
    path: `/${own}`,
    intervalMs,
    addedAt: now.getTime(),
  }));
}
