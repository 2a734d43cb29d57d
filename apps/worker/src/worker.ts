import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { reportCounters } from "@pulsecheck/db/instance-counters";
import { freeClaimsOfDead } from "@pulsecheck/db/due-checks";
import { maintainPartitions } from "@pulsecheck/db/partitions";
import { forgetWorker, reportWorker, type WorkerSign } from "@pulsecheck/db/worker-processes";
import { DEAD_AFTER_MS, SIGN_EVERY_MS } from "@pulsecheck/shared/schedule";
import { openMail } from "./alert/mail/open-mail.ts";
import { createAlertSender, type AlertSender } from "./alert/send-alerts.ts";
import { watchOwnNetwork } from "./check/own-network.ts";
import { useNameServers } from "./outgoing/resolve-host.ts";
import { coverForAlerts, coverForTicks, ensureSchedules, sinceTickMs, startConsumers } from "./consumers.ts";
import type { Deps } from "./context.ts";
import { sweep } from "./devices/sweep.ts";
import { followWindows } from "./maintenance/follow-windows.ts";
import { listenForReadings } from "./readings/reading-listener.ts";
import { createCommitter } from "./schedule/committer.ts";
import { createDatabaseClock, type DatabaseClock } from "./schedule/database-clock.ts";
import { createHeardJobs } from "./schedule/heard-jobs.ts";
import { createScheduler, type Scheduler } from "./schedule/scheduler.ts";
import { within } from "./within.ts";

const SCHEDULES_EVERY_MS = 10_000;
const SILENCE_MS = 10_000;
const COVER_EVERY_MS = 1_000;
const SWEEP_EVERY_MS = 1_000;
const WINDOWS_EVERY_MS = 1_000;
/** So long a regular job may take. */
const HUNG_MS = 20_000;
const DRAIN_MS = 6_000;
/** A job that is not done by then is left behind: a mail whose answer does not come has its lease. */
const CLOSE_MS = 6_000;

export type RunningWorker = {
  /** Takes nothing new, lets checks under way end or hands them back, and says goodbye. Within 10 s. */
  stop(): Promise<void>;
};

/** Starts all that a worker does. Rejects where the database cannot be prepared for it. */
export async function startWorker(deps: Deps): Promise<RunningWorker> {
  const { config, db, log } = deps;
  useNameServers(config.nameServers);
  await maintainPartitions(db, new Date(), config.retentionDays);
  const committer = createCommitter(deps);
  const id = randomUUID();
  const network = watchOwnNetwork(deps);
  const clock = createDatabaseClock();
  const scheduler = createScheduler(deps, { workerId: id, committer, network, clock });
  const heard = createHeardJobs();
  const giveSign = createSign(deps, id, clock, () => ({
    sinceTickMs: sinceTickMs(heard),
    lagMs: scheduler.runner.takeLag(),
    hasNetwork: !network.isGone(),
  }));
  // Before the first tick: due times are judged by the clock that is read with it.
  await giveSign();
  const alerts = createAlertSender(deps, openMail(deps));
  const consumers = startConsumers(deps, scheduler, alerts, heard);
  const readings = listenForReadings(deps);
  const stopTimers = [
    every(SCHEDULES_EVERY_MS, log, "schedules", () => ensureSchedules(deps, sinceTickMs(heard) > SILENCE_MS)),
    every(SIGN_EVERY_MS, log, "sign of life", async () => {
      await giveSign();
      await reportCounters(deps.db, deps.counters);
    }),
    every(SWEEP_EVERY_MS, log, "devices", () => sweep(deps)),
    every(WINDOWS_EVERY_MS, log, "maintenance windows", () => followWindows(deps)),
    every(COVER_EVERY_MS, log, "ticks", () => coverForTicks(scheduler, heard)),
    every(COVER_EVERY_MS, log, "alerts", () => coverForAlerts(alerts, heard)),
  ];
  return {
    async stop() {
      for (const stopTimer of stopTimers) stopTimer();
      await stopQuietly(deps, scheduler, alerts, [...consumers, readings]);
      await reportCounters(deps.db, deps.counters);
      await forgetWorker(db, id);
    },
  };
}

async function stopQuietly(
  { log }: Deps,
  scheduler: Scheduler,
  alerts: AlertSender,
  consumers: readonly { close(): Promise<void> }[],
): Promise<void> {
  const closed = Promise.all(consumers.map((consumer) => consumer.close())).then(() => alerts.close());
  const results = await Promise.allSettled([
    within(CLOSE_MS, closed, () => `jobs were under way for more than ${CLOSE_MS} ms`),
    scheduler.drain(DRAIN_MS),
  ]);
  for (const result of results) {
    if (result.status === "rejected")
      log.error({ err: result.reason }, "the worker did not stop cleanly; leases will bring its checks back");
  }
}

/** Signs for this worker and frees what dead ones hold. */
function createSign(
  { db, log }: Deps,
  id: string,
  clock: DatabaseClock,
  look: () => Pick<WorkerSign, "sinceTickMs" | "lagMs" | "hasNetwork">,
): () => Promise<void> {
  const self = { id, host: hostname(), pid: process.pid, startedAt: new Date() };
  let signedAt = 0;
  return async () => {
    await clock.read(() => reportWorker(db, { ...self, ...look() }));
    // Where the database was away, nobody could sign: the living come first, the dead are looked for next time.
    const isRegular = Date.now() - signedAt < DEAD_AFTER_MS;
    signedAt = Date.now();
    if (!isRegular) return;
    for (const { host, pid, claims } of await freeClaimsOfDead(db, DEAD_AFTER_MS))
      log.warn({ host, pid, claims }, "a worker gave no sign of life; its checks are taken over");
  };
}

/**
 * Runs `work` at once and then so often, never twice at a time. Logs its failure once, until it works again. What never
 * answers, as a question over a connection that died, is given up and begun anew.
 */
function every(ms: number, log: Deps["log"], what: string, work: () => Promise<void>): () => void {
  let isFailing = false;
  let isRunning = false;
  const run = async () => {
    if (isRunning) return;
    isRunning = true;
    try {
      await within(HUNG_MS, work(), () => `it took more than ${HUNG_MS} ms`);
      isFailing = false;
    } catch (error) {
      if (!isFailing) log.error({ err: error, what }, "a regular job of the worker failed; trying on");
      isFailing = true;
    } finally {
      isRunning = false;
    }
  };
  void run();
  const timer = setInterval(run, ms);
  return () => clearInterval(timer);
}
