import type { DeviceAnalytics } from "@pulsecheck/shared/device-analytics";
import { formatCount, formatDuration, formatUptime } from "../../lib/format.ts";
import { Fact } from "../monitors/monitor-head.tsx";

/** What happened to a device in a range, or to many of them together. */
export function DeviceFigures({ figures }: { figures: DeviceAnalytics["total"] }) {
  const { sessions } = figures;
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-3 sm:grid-cols-3 lg:grid-cols-5">
      <Fact label="Availability">{formatUptime(figures.availability_ratio)}</Fact>
      <Fact label="Time offline">{formatTime(figures.offline_ms)}</Fact>
      <Fact label="Came back online">{formatCount(figures.flaps)}×</Fact>
      <Fact label="Heartbeats">{formatCount(figures.heartbeats)}</Fact>
      <Fact label="Connects">{formatCount(figures.connects)}</Fact>
      <Fact label="Disconnects">{formatCount(figures.disconnects)}</Fact>
      <Fact label="Sessions">{formatCount(sessions.count)}</Fact>
      <Fact label="Average session">{formatTime(sessions.avg_ms)}</Fact>
      <Fact label="Longest session">{formatTime(sessions.longest_ms)}</Fact>
    </dl>
  );
}

/** `3 h 12 min`; a dash where there was none to measure. */
export function formatTime(ms: number | null): string {
  if (ms === null) return "–";
  return ms === 0 ? "none" : formatDuration(ms);
}
