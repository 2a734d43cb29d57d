import {
  readDeviceFigures,
  readMonitorFigures,
  readSensorFigures,
  readWorkspaceFigures,
} from "@pulsecheck/db/workspace-figures";
import type { Scope } from "@pulsecheck/db/scope";
import { Counter, Gauge, Registry } from "prom-client";

/** Series of each kind: the oldest monitors, devices and sensors come first. */
const AT_MOST = 1_000;

type MakeGauge = (name: string, help: string, labelNames?: string[]) => Gauge;

/** A workspace's own metrics in Prometheus' text format. */
export async function writeWorkspaceMetrics(scope: Scope): Promise<string> {
  const registry = new Registry();
  const gauge: MakeGauge = (name, help, labelNames = []) =>
    new Gauge({ name: `pulsecheck_${name}`, help, labelNames, registers: [registry] });
  const figures = await readWorkspaceFigures(scope);
  const monitors = gauge("monitors", "Monitors by status", ["status"]);
  for (const [status, count] of Object.entries(figures.monitors)) monitors.set({ status }, count);
  const devices = gauge("devices", "Devices by status", ["status"]);
  for (const [status, count] of Object.entries(figures.devices)) devices.set({ status }, count);
  gauge("incidents_open", "Incidents that are on").set(figures.openIncidents);
  const omitted = gauge("omitted", `What is beyond the oldest ${AT_MOST}, and has no series of its own`, ["of"]);
  for (const [of, byStatus] of Object.entries({ monitors: figures.monitors, devices: figures.devices }))
    omitted.set({ of }, beyond(Object.values(byStatus).reduce((sum, count) => sum + count, 0)));
  omitted.set({ of: "sensors" }, beyond(figures.sensors));
  new Counter({
    name: "pulsecheck_heartbeats_total",
    help: "Heartbeats of all devices, also of those deleted since",
    registers: [registry],
  }).inc(figures.heartbeats);
  await Promise.all([addMonitors(scope, gauge), addDevices(scope, gauge), addSensors(scope, gauge)]);
  return registry.metrics();
}

function beyond(count: number): number {
  return Math.max(0, count - AT_MOST);
}

async function addMonitors(scope: Scope, gauge: MakeGauge): Promise<void> {
  const labelNames = ["monitor_id", "name"];
  const up = gauge("monitor_up", "1 UP, 0 DOWN; absent while UNKNOWN", labelNames);
  const latency = gauge("monitor_latency_seconds", "Latency of the last check", labelNames);
  for (const { monitorId, name, status, lastLatencyMs } of await readMonitorFigures(scope, AT_MOST)) {
    const labels = { monitor_id: monitorId, name };
    if (status !== "UNKNOWN") up.set(labels, status === "UP" ? 1 : 0);
    if (lastLatencyMs !== null) latency.set(labels, lastLatencyMs / 1_000);
  }
}

async function addDevices(scope: Scope, gauge: MakeGauge): Promise<void> {
  const labelNames = ["device_id", "name"];
  const statuses = gauge("device_status", "1 for the device's status of now; the others are absent", [
    ...labelNames,
    "status",
  ]);
  const battery = gauge("device_battery_ratio", "Battery level in the newest report, 0 to 1", labelNames);
  const signal = gauge("device_signal_dbm", "Signal strength in the newest report", labelNames);
  const heard = gauge("device_last_heard_timestamp_seconds", "When the device last gave a sign of life", labelNames);
  for (const { deviceId, name, state } of await readDeviceFigures(scope, AT_MOST)) {
    const labels = { device_id: deviceId, name };
    statuses.set({ ...labels, status: state.status }, 1);
    if (state.batteryLevel !== null) battery.set(labels, state.batteryLevel / 100);
    if (state.signalStrength !== null) signal.set(labels, state.signalStrength);
    heard.set(labels, state.lastHeardAt.getTime() / 1_000);
  }
}

async function addSensors(scope: Scope, gauge: MakeGauge): Promise<void> {
  const values = gauge("sensor_value", "The newest reading", ["sensor_id", "name", "unit"]);
  for (const { sensorId, name, unit, value } of await readSensorFigures(scope, AT_MOST))
    values.set({ sensor_id: sensorId, name, unit }, value);
}
