import type { Consumer } from "@pulsecheck/broker/queue-parts";
import {
  ALERTS_EVERY_MS,
  checksJobSchema,
  IMPORTS_EVERY_MS,
  MAINTENANCE_EVERY_MS,
  QUEUES,
} from "@pulsecheck/shared/queues";
import { SHARDS, TICK_MS } from "@pulsecheck/shared/schedule";
import { testChannel } from "./alert/channels/test-channel.ts";
import type { AlertSender } from "./alert/send-alerts.ts";
import { runManualCheck } from "./check/manual-checks.ts";
import type { Deps } from "./context.ts";
import { runImports } from "./imports/run-imports.ts";
import { maintain } from "./maintenance/maintain.ts";
import type { HeardJobs } from "./schedule/heard-jobs.ts";
import type { Scheduler } from "./schedule/scheduler.ts";

const MANUAL_AT_ONCE = 50;
/** While one round waits for a slow mail service, others go on. */
const ALERTS_AT_ONCE = 4;
const TESTS_AT_ONCE = 10;
const IMPORTS_AT_ONCE = 2;
/** Without one of the frequent jobs for so long, this process does its work by itself. */
const SILENCE_MS = 3_000;

const ALERTS = "alerts";
const tickId = (shard: number) => `tick-${shard}`;
const EVERY_SHARD = Array.from({ length: SHARDS }, (_, shard) => shard);

/** The registry: which queue is consumed by what. */
export function startConsumers(deps: Deps, scheduler: Scheduler, alerts: AlertSender, heard: HeardJobs): Consumer[] {
  const { jobs } = deps.broker;
  return [
    jobs.consume(QUEUES.checks, SHARDS, async (data) => {
      const { shard } = checksJobSchema.parse(data);
      heard.hear(tickId(shard));
      await scheduler.tick(shard);
    }),
    jobs.consume(QUEUES.manualChecks, MANUAL_AT_ONCE, (data) => runManualCheck(deps, scheduler, data)),
    jobs.consume(QUEUES.alerts, ALERTS_AT_ONCE, async () => {
      heard.hear(ALERTS);
      await alerts.run();
    }),
    jobs.consume(QUEUES.channelTests, TESTS_AT_ONCE, (data) => testChannel(deps, data)),
    jobs.consume(QUEUES.imports, IMPORTS_AT_ONCE, () => runImports(deps)),
    jobs.consume(QUEUES.maintenance, 1, () => maintain(deps)),
  ];
}

/** How long ago the queue gave this process a tick, of whichever shard, in ms. */
export function sinceTickMs(heard: HeardJobs): number {
  return Math.min(...EVERY_SHARD.map((shard) => heard.sinceMs(tickId(shard))));
}

/**
 * Claims from the shards whose tick the queue has not given this process in a while: Postgres knows what is due. Each
 * counts by itself: a frozen worker may hold the tick of one, and the others go on.
 */
export async function coverForTicks(scheduler: Scheduler, heard: HeardJobs): Promise<void> {
  for (const shard of EVERY_SHARD) if (heard.sinceMs(tickId(shard)) >= SILENCE_MS) await scheduler.tick(shard);
}

/** Looks through the outbox where the queue has not asked for it in a while. */
export async function coverForAlerts(alerts: AlertSender, heard: HeardJobs): Promise<void> {
  if (heard.sinceMs(ALERTS) >= SILENCE_MS) await alerts.run();
}

type Schedule = { queue: string; id: string; everyMs: number; data: object };

const SCHEDULES: readonly Schedule[] = [
  ...EVERY_SHARD.map((shard) => ({ queue: QUEUES.checks, id: tickId(shard), everyMs: TICK_MS, data: { shard } })),
  { queue: QUEUES.alerts, id: ALERTS, everyMs: ALERTS_EVERY_MS, data: {} },
  { queue: QUEUES.imports, id: "imports", everyMs: IMPORTS_EVERY_MS, data: {} },
  { queue: QUEUES.maintenance, id: "maintenance", everyMs: MAINTENANCE_EVERY_MS, data: {} },
];

/**
 * Puts back every job scheduler that is missing: a queue that was flushed has none and would stay silent.
 * `isSilent`: they are there but do not fire, so they are set up anew.
 */
export async function ensureSchedules({ broker }: Deps, isSilent: boolean): Promise<void> {
  for (const { queue, id, everyMs, data } of SCHEDULES) {
    const jobs = broker.jobs.queue(queue);
    await (isSilent ? jobs.resetScheduler(id, everyMs, data) : jobs.ensureScheduler(id, everyMs, data));
  }
}
