import { readInstanceFigures } from "@pulsecheck/db/figures";
import { readCounters } from "@pulsecheck/db/instance-counters";
import { readPulse } from "@pulsecheck/db/worker-processes";
import { QUEUES } from "@pulsecheck/shared/queues";
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { Deps } from "../context.ts";
import type { Hub } from "../live/hub.ts";
import { writeCounters } from "./counters-text.ts";

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
  const devices = gauge("devices", "Devices by status", ["status"]);
  const deviceSockets = gauge("device_sockets", "Devices that are connected by a WebSocket");
  const sweep = gauge("device_sweep_seconds", "For how long the most overdue device waits to be looked at");
  const readingsLag = gauge("readings_lag_seconds", "For how long the oldest reading waits to be judged and told");
  const incidents = gauge("incidents_open", "Incidents that are on");
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
    for (const [status, count] of Object.entries(figures.devices)) devices.set({ status }, count);
    deviceSockets.set(figures.deviceSockets);
    sweep.set(figures.sweepLagS);
    readingsLag.set(figures.readingsLagS);
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
