import type { Consumer } from "@pulsecheck/broker/job-queues";
import { ALERTS_EVERY_MS, checksJobSchema, MAINTENANCE_EVERY_MS, QUEUES } from "@pulsecheck/shared/queues";
import { SHARDS, TICK_MS } from "@pulsecheck/shared/schedule";
import type { Channel } from "./alert/channels/channel.ts";
import { sendAlerts } from "./alert/send-alerts.ts";
import { runManualCheck } from "./check/manual-checks.ts";
import type { Deps } from "./context.ts";
import { maintain } from "./maintenance/maintain.ts";
import type { Scheduler } from "./schedule/scheduler.ts";

const MANUAL_AT_ONCE = 50;
/** While one round waits for a slow mail service, others go on. */
const ALERTS_AT_ONCE = 4;

/** The registry: which queue is consumed by what. */
export function startConsumers(
  deps: Deps,
  scheduler: Scheduler,
  channels: Readonly<Record<string, Channel>>,
  onTick: () => void,
): Consumer[] {
  const { jobs } = deps.broker;
  return [
    jobs.consume(QUEUES.checks, SHARDS, async (data) => {
      onTick();
      await scheduler.tick(checksJobSchema.parse(data).shard);
    }),
    jobs.consume(QUEUES.manualChecks, MANUAL_AT_ONCE, (data) => runManualCheck(deps, scheduler, data)),
    jobs.consume(QUEUES.alerts, ALERTS_AT_ONCE, () => sendAlerts(deps, channels)),
    jobs.consume(QUEUES.maintenance, 1, () => maintain(deps)),
  ];
}

type Schedule = { queue: string; id: string; everyMs: number; data: object };

const SCHEDULES: readonly Schedule[] = [
  ...Array.from({ length: SHARDS }, (_, shard) => ({
    queue: QUEUES.checks,
    id: `tick-${shard}`,
    everyMs: TICK_MS,
    data: { shard },
  })),
  { queue: QUEUES.alerts, id: "alerts", everyMs: ALERTS_EVERY_MS, data: {} },
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
