import { readInstanceFigures, readWorkspaceFigures } from "@pulsecheck/db/figures";
import { readCounters } from "@pulsecheck/db/instance-counters";
import type { Scope } from "@pulsecheck/db/scope";
import { readPulse } from "@pulsecheck/db/worker-processes";
import { QUEUES } from "@pulsecheck/shared/queues";
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { Deps } from "../context.ts";
import type { Hub } from "../live/hub.ts";

/** Writes the instance's metrics in Prometheus' text format. No label names a tenant. */
export function createInstanceMetrics({ db, broker }: Deps, hub: Hub): () => Promise<string> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `pulsecheck_${name}`, help, labelNames, registers: [registry] });
  const sockets = gauge("sockets", "Live WebSockets of this API process");
  const workers = gauge("workers", "Worker processes seen within 15 seconds");
  const offline = gauge("workers_offline", "Workers that think that their own network is gone");
  const lag = gauge("schedule_lag_seconds", "How late the latest checks started, at most");
  const overdue = gauge("checks_overdue", "Monitors that are due for more than a second and not yet taken");
  const monitors = gauge("monitors", "Monitors by status", ["status"]);
  const incidents = gauge("incidents_open", "Outages that are on");
  const deliveries = gauge("deliveries_waiting", "Messages that wait to be sent");
  const jobs = gauge("queue_jobs", "Jobs by queue and state", ["queue", "state"]);

  return async () => {
    const [pulse, figures, counters] = await Promise.all([readPulse(db), readInstanceFigures(db), readCounters(db)]);
    sockets.set(hub.count());
    workers.set(pulse.workers);
    offline.set(pulse.offline);
    lag.set(pulse.lagMs / 1_000);
    overdue.set(pulse.overdue);
    for (const [status, count] of Object.entries(figures.monitors)) monitors.set({ status }, count);
    incidents.set(figures.openIncidents);
    deliveries.set(figures.waitingDeliveries);
    await Promise.all(
      Object.values(QUEUES).map(async (queue) => {
        const counts = await broker.jobs
          .queue(queue)
          .counts()
          .catch(() => ({}));
        for (const [state, count] of Object.entries(counts)) jobs.set({ queue, state }, count);
      }),
    );
    return `${await registry.metrics()}${writeCounters(counters)}`;
  };
}

/** A workspace's own metrics: one series a monitor, the first 1,000 by age. */
export async function writeWorkspaceMetrics(scope: Scope): Promise<string> {
  const registry = new Registry();
  const labelNames = ["monitor_id", "name"];
  const up = new Gauge({
    name: "pulsecheck_monitor_up",
    help: "1 UP, 0 DOWN; absent while UNKNOWN",
    labelNames,
    registers: [registry],
  });
  const latency = new Gauge({
    name: "pulsecheck_monitor_latency_seconds",
    help: "Latency of the last check",
    labelNames,
    registers: [registry],
  });
  for (const { monitorId, name, status, lastLatencyMs } of await readWorkspaceFigures(scope, 1_000)) {
    const labels = { monitor_id: monitorId, name };
    if (status !== "UNKNOWN") up.set(labels, status === "UP" ? 1 : 0);
    if (lastLatencyMs !== null) latency.set(labels, lastLatencyMs / 1_000);
  }
  return registry.metrics();
}

function writeCounters(counters: readonly { name: string; labels: string; value: number }[]): string {
  return [...Map.groupBy(counters, ({ name }) => name)]
    .map(([name, series]) => {
      const lines = series.map(
        ({ labels, value }) => `pulsecheck_${name}${labels === "" ? "" : `{${labels}}`} ${value}`,
      );
      return [
        `# HELP pulsecheck_${name} Counted by the workers of this instance`,
        `# TYPE pulsecheck_${name} counter`,
        ...lines,
        "",
      ].join("\n");
    })
    .join("");
}
