import type { SensorStats } from "@pulsecheck/shared/sensor";
import { bucketWidthMs } from "@pulsecheck/shared/uptime";
import type { Scope } from "./scope.ts";
import { findSensor } from "./sensors.ts";
import { gatherSeries, readSeries } from "./series.ts";

/** Figures of a sensor's values over `from`..`to`, whole and by the bucket. */
export async function getSensorStats(
  scope: Scope,
  sensorId: string,
  from: Date,
  to: Date,
  now: Date,
): Promise<SensorStats> {
  const { id, unit } = await findSensor(scope, sensorId);
  const widthMs = bucketWidthMs({ from, to, now });
  const figures = await readSeries(scope, "v", id, { from: from.getTime(), to: to.getTime(), widthMs });
  const buckets = Map.groupBy(figures, ({ at }) => Math.floor(at.getTime() / widthMs) * widthMs);
  return {
    from: from.toISOString(),
    to: to.toISOString(),
    unit,
    ...gatherSeries(figures),
    buckets: [...buckets]
      .toSorted((a, b) => a[0] - b[0])
      .map(([at, group]) => ({
        from: new Date(at).toISOString(),
        to: new Date(at + widthMs).toISOString(),
        ...gatherSeries(group),
      })),
  };
}
