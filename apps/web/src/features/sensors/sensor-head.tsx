import type { SensorView } from "@pulsecheck/shared/sensor";
import { RelativeTime } from "../../components/ui/time.tsx";
import { Fact, Tags } from "../monitors/monitor-head.tsx";
import { SensorState } from "./sensor-state.tsx";
import { formatValue } from "./sensor-words.ts";

/** What a sensor measures, and what it measured last. */
export function SensorHead({ sensor }: { sensor: SensorView }) {
  const { unit, above, below, last_reading_at: lastAt } = sensor;
  return (
    <section aria-label="Now" className="grid gap-4 rounded-lg border border-line bg-surface p-4">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 text-base">
        <p className="text-2xl font-semibold tabular-nums">{formatValue(sensor.last_value, unit)}</p>
        <SensorState sensor={sensor} />
        <Tags tags={sensor.tags} />
      </div>
      <dl className="grid grid-cols-2 gap-x-6 gap-y-2 sm:grid-cols-3 lg:grid-cols-6">
        <Fact label="Last reading">{lastAt === null ? "none yet" : <RelativeTime at={lastAt} />}</Fact>
        <Fact label="Readings">{sensor.readings}</Fact>
        <Fact label="Too low below">{formatValue(below, unit)}</Fact>
        <Fact label="Too high above">{formatValue(above, unit)}</Fact>
        <Fact label="Location">{sensor.location === "" ? "–" : sensor.location}</Fact>
        <Fact label="Id">{sensor.sensor_id}</Fact>
      </dl>
      {sensor.notes !== "" && <p className="max-w-prose whitespace-pre-wrap text-muted">{sensor.notes}</p>}
    </section>
  );
}
