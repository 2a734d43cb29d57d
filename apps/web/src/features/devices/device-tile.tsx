import type { DeviceView } from "@pulsecheck/shared/device";
import { memo } from "react";
import { RelativeTime } from "../../components/ui/time.tsx";
import { MaintenanceBadge } from "../maintenance/maintenance-badge.tsx";
import { Located, ThingLink } from "../things/thing-link.tsx";
import { DeviceLevels } from "./device-levels.tsx";
import { DeviceBadge } from "./device-status.tsx";
import { DEVICE, formatBattery, formatSignal } from "./device-words.ts";

const BORDERS = { ONLINE: "border-line", AT_RISK: "border-warn/60", OFFLINE: "border-down/60" } as const;

/** One device of the grid. It is painted anew for its own changes only. */
export const DeviceTile = memo(function DeviceTile({ device }: { device: DeviceView }) {
  return (
    <div
      data-device={device.device_id}
      className={`relative grid h-full content-start gap-2 rounded-lg border bg-surface p-3 hover:bg-sunken ${BORDERS[device.status]}`}
    >
      <div className="flex flex-wrap items-center justify-between gap-x-2">
        <DeviceBadge status={device.status} />
        <MaintenanceBadge until={device.in_maintenance_until} isShort />
        <span className="text-xs text-muted">
          <RelativeTime at={device.last_heard_at} />
        </span>
      </div>
      <ThingLink words={DEVICE} id={device.device_id} name={device.name} isWhole />
      <Located location={device.location} />
      <DeviceLevels device={device} />
    </div>
  );
});

/** One device of the table. */
export const DeviceRow = memo(function DeviceRow({ device }: { device: DeviceView }) {
  return (
    <tr data-device={device.device_id} className="border-t border-line">
      <td className="p-2 whitespace-nowrap">
        <DeviceBadge status={device.status} />
      </td>
      <th scope="row" className="max-w-0 p-2 text-left font-normal">
        <ThingLink words={DEVICE} id={device.device_id} name={device.name} tags={device.tags} />
      </th>
      <td className="max-w-0 truncate p-2 max-md:hidden">{device.location}</td>
      <td className="p-2 text-right whitespace-nowrap tabular-nums">{formatBattery(device.battery_level)}</td>
      <td className="p-2 text-right whitespace-nowrap tabular-nums max-sm:hidden">
        {formatSignal(device.signal_strength)}
      </td>
      <td className="p-2 text-right whitespace-nowrap text-muted max-sm:hidden">
        <RelativeTime at={device.last_heard_at} />
      </td>
    </tr>
  );
});
