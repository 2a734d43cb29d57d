import type { DeviceView } from "@pulsecheck/shared/device";
import { Plug, Unplug } from "lucide-react";
import { RelativeTime, Time } from "../../components/ui/time.tsx";
import { MaintenanceBadge } from "../maintenance/maintenance-badge.tsx";
import { Fact, Tags } from "../monitors/monitor-head.tsx";
import { DeviceBadge } from "./device-status.tsx";
import { formatBattery, formatSignal } from "./device-words.ts";

/** What a device is, and how it is right now. */
export function DeviceHead({ device }: { device: DeviceView }) {
  const { status, status_since: since, is_connected: isConnected } = device;
  const Icon = isConnected ? Plug : Unplug;
  return (
    <section aria-label="Now" className="grid gap-4 rounded-lg border border-line bg-surface p-4">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <p className="flex flex-wrap items-center gap-x-2 text-base">
          <DeviceBadge status={status} />
          <span className="text-sm text-muted">
            since <Time at={since} /> (<RelativeTime at={since} />)
          </span>
        </p>
        <p className="flex items-center gap-1.5 text-muted">
          <Icon aria-hidden className="size-4" />
          {isConnected ? "Connected by a socket" : "No socket open"}
        </p>
        <MaintenanceBadge until={device.in_maintenance_until} />
        <Tags tags={device.tags} />
      </div>
      <dl className="grid grid-cols-2 gap-x-6 gap-y-2 sm:grid-cols-3 lg:grid-cols-6">
        <Fact label="Battery">{formatBattery(device.battery_level)}</Fact>
        <Fact label="Signal">{formatSignal(device.signal_strength)}</Fact>
        <Fact label="Last heard">
          <RelativeTime at={device.last_heard_at} />
        </Fact>
        <Fact label="Heartbeats">{device.heartbeats}</Fact>
        <Fact label="Location">{device.location === "" ? "–" : device.location}</Fact>
        <Fact label="Id">{device.device_id}</Fact>
      </dl>
      {device.notes !== "" && <p className="max-w-prose whitespace-pre-wrap text-muted">{device.notes}</p>}
    </section>
  );
}
