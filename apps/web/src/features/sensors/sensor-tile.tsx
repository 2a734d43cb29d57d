import type { SensorView } from "@pulsecheck/shared/sensor";
import { memo } from "react";
import { RelativeTime } from "../../components/ui/time.tsx";
import { Located, ThingLink } from "../things/thing-link.tsx";
import { SensorState } from "./sensor-state.tsx";
import { formatValue, SENSOR } from "./sensor-words.ts";

type Props = { sensor: SensorView };

const borderOf = ({ breach, is_anomaly: isAnomaly }: SensorView) =>
  breach !== null ? "border-down/60" : isAnomaly ? "border-warn/60" : "border-line";

/** One sensor of the grid. It is painted anew for its own changes only. */
export const SensorTile = memo(function SensorTile({ sensor }: Props) {
  return (
    <div
      data-sensor={sensor.sensor_id}
      className={`relative grid h-full content-start gap-2 rounded-lg border bg-surface p-3 hover:bg-sunken ${borderOf(sensor)}`}
    >
      <div className="flex flex-wrap items-center justify-between gap-x-2">
        <SensorState sensor={sensor} />
        <span className="text-xs text-muted">
          <LastReading sensor={sensor} />
        </span>
      </div>
      <ThingLink words={SENSOR} id={sensor.sensor_id} name={sensor.name} isWhole />
      <Located location={sensor.location} />
      <p className="truncate text-lg font-semibold tabular-nums">{formatValue(sensor.last_value, sensor.unit)}</p>
    </div>
  );
});

/** One sensor of the table. */
export const SensorRow = memo(function SensorRow({ sensor }: Props) {
  return (
    <tr data-sensor={sensor.sensor_id} className="border-t border-line">
      <td className="p-2 whitespace-nowrap">
        <SensorState sensor={sensor} />
      </td>
      <th scope="row" className="max-w-0 p-2 text-left font-normal">
        <ThingLink words={SENSOR} id={sensor.sensor_id} name={sensor.name} tags={sensor.tags} />
      </th>
      <td className="max-w-0 truncate p-2 max-md:hidden">{sensor.location}</td>
      <td className="p-2 text-right font-medium break-words tabular-nums">
        {formatValue(sensor.last_value, sensor.unit)}
      </td>
      <td className="p-2 text-right whitespace-nowrap text-muted max-sm:hidden">
        <LastReading sensor={sensor} />
      </td>
    </tr>
  );
});

function LastReading({ sensor: { last_reading_at: at } }: Props) {
  return at === null ? "none yet" : <RelativeTime at={at} />;
}
