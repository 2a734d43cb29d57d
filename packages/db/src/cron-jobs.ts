import { randomUUID } from "node:crypto";
import { cronStateSchema, deadlineOf, expectAnew, NEVER_PINGED, type CronState } from "@pulsecheck/shared/cron-job";
import type { AnyMonitorChange, CronMonitorInput } from "@pulsecheck/shared/cron-monitor";
import { timingOf, type CronSettings } from "@pulsecheck/shared/cron-schedule";
import { Refusal } from "@pulsecheck/shared/refusal";
import type pg from "pg";
import { Prisma, type CronJob, type Monitor } from "./generated/client.ts";
import { LISTENING_SINCE } from "./listening.ts";

// What only a monitor that is asked over HTTP has. A run that fails, or is missed, is an outage at once.
export const NOT_ASKED = {
  method: "GET",
  timeout_ms: 1_000,
  expected_status: [],
  follow_redirects: false,
  max_redirects: 0,
  verify_tls: false,
  failure_threshold: 1,
} as const satisfies AnyMonitorChange;

const TIMING: readonly (keyof AnyMonitorChange)[] = ["interval", "schedule", "time_zone", "grace_s", "longest_run_s"];

/** The columns that only a new cron job has, with its own row. */
export function newJob(input: CronMonitorInput) {
  const pingId = input.ping_id ?? randomUUID();
  return {
    kind: input.kind,
    url: pathOf(pingId),
    cronJob: { create: { ...jobColumns(input), graceS: input.grace_s, pingId } },
  };
}

/** What a change does to a cron job. Pausing forgets its runs; a new timing starts from now. */
export function changedJob({ isActive, cronJob }: Monitor & { cronJob: CronJob | null }, change: AnyMonitorChange) {
  if (cronJob === null) return {};
  const isPaused = isActive && change.is_active === false;
  const isRetimed = TIMING.some((field) => change[field] !== undefined);
  const state = isPaused ? Prisma.DbNull : isRetimed ? expectAnew(stateOf(cronJob), new Date()) : undefined;
  const url = change.ping_id === undefined ? {} : { url: pathOf(change.ping_id) };
  return { ...url, cronJob: { update: { ...jobColumns(change), ...(state === undefined ? {} : { state }) } } };
}

/** When a cron job is judged next, by what it has said so far; null where nothing is expected of it. */
export async function readDeadline(
  tx: Prisma.TransactionClient,
  monitor: Monitor,
  cronJob: CronJob,
): Promise<Date | null> {
  return findDeadline(monitor, cronJob, await readListeningSince(tx));
}

/** The same for whoever knows already since when pings have been received. */
export function findDeadline(monitor: Monitor, cronJob: CronJob, listeningSince: Date): Date | null {
  return deadlineOf(stateOf(cronJob), timingOf(settingsOf(monitor, cronJob)), listeningSince);
}

/** Since when pings have been received without a gap. */
export async function readListeningSince(tx: Prisma.TransactionClient): Promise<Date> {
  const [row] = await tx.$queryRawUnsafe<{ since: Date }[]>(LISTENING_SINCE);
  return row?.since ?? new Date();
}

export async function writeCronState(client: pg.PoolClient, monitorId: number, state: CronState): Promise<void> {
  await client.query({
    name: "write-cron-state",
    text: "UPDATE cron_jobs SET state = $2 WHERE monitor_id = $1",
    values: [monitorId, JSON.stringify(state)],
  });
}

/** Runs what writes a monitor. Refuses (409) a ping id or an external key that another one has. */
export async function refuseTaken<T>(write: Promise<T>): Promise<T> {
  return write.catch((error: unknown) => {
    if (!(error instanceof Prisma.PrismaClientKnownRequestError) || error.code !== "P2002") throw error;
    const isKey = JSON.stringify(error.meta).includes("external_key");
    throw new Refusal(
      409,
      isKey ? "external_key: another monitor of this workspace has it." : "ping_id: another cron job has it.",
    );
  });
}

export function pathOf(pingId: string): string {
  return `/ping/${pingId}`;
}

function jobColumns({ ping_id, schedule, time_zone, grace_s, longest_run_s }: AnyMonitorChange) {
  return {
    ...(ping_id === undefined ? {} : { pingId: ping_id }),
    ...(schedule === undefined ? {} : { schedule }),
    ...(time_zone === undefined ? {} : { timeZone: time_zone }),
    ...(grace_s === undefined ? {} : { graceS: grace_s }),
    ...(longest_run_s === undefined ? {} : { longestRunS: longest_run_s }),
  };
}

function stateOf({ state }: CronJob): CronState {
  return state === null ? NEVER_PINGED : cronStateSchema.parse(state);
}

function settingsOf({ intervalS }: Monitor, { schedule, timeZone, graceS, longestRunS }: CronJob): CronSettings {
  return { intervalS, schedule, timeZone, graceS, longestRunS };
}
