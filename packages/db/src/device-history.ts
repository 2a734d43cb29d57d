import { REPORTS_ONE_BY_ONE, valuesOf, type DeviceHistory, type Values } from "@pulsecheck/shared/device-history";
import { bucketWidthMs } from "@pulsecheck/shared/uptime";
import { findDevice } from "./devices.ts";
import type { Scope } from "./scope.ts";
import { gatherSeries, readSeries, type SeriesFigures } from "./series.ts";

type Range = { from: Date; to: Date; now: Date };

/** Battery and signal of a device over a range: a few reports each by itself, more of them in buckets. */
export async function getDeviceHistory(scope: Scope, deviceId: string, range: Range): Promise<DeviceHistory> {
  const { id } = await findDevice(scope, deviceId);
  const { from, to } = range;
  const head = { device_id: deviceId, from: from.toISOString(), to: to.toISOString() };
  const reports = await readReports(scope, id, range);
  if (reports !== null) return { ...head, bucket_ms: null, buckets: reports };
  return { ...head, ...(await readBuckets(scope, id, range)) };
}

/** Each report by itself; null where the range is too long for that, or holds too many. */
async function readReports({ db }: Scope, key: number, { from, to }: Range): Promise<DeviceHistory["buckets"] | null> {
  const { rangeMs, count } = REPORTS_ONE_BY_ONE;
  if (to.getTime() - from.getTime() > rangeMs) return null;
  const { rows } = await db.pool.query<{ at: Date; battery: number | null; signal: number | null }>(
    `SELECT reported_at AS at, battery_level AS battery, signal_strength AS signal FROM device_reports
     WHERE device_key = $1 AND reported_at >= $2 AND reported_at < $3 ORDER BY reported_at LIMIT $4`,
    [key, from, to, count + 1],
  );
  if (rows.length > count) return null;
  return rows.map(({ at, battery, signal }) => ({
    from: at.toISOString(),
    to: at.toISOString(),
    battery_level: valuesOf(battery),
    signal_strength: valuesOf(signal),
  }));
}

async function readBuckets(scope: Scope, key: number, range: Range) {
  const widthMs = bucketWidthMs(range);
  const span = { from: range.from.getTime(), to: range.to.getTime(), widthMs };
  const [battery, signal] = await Promise.all([readSeries(scope, "b", key, span), readSeries(scope, "s", key, span)]);
  const bucketOf = ({ at }: { at: Date }) => Math.floor(at.getTime() / widthMs) * widthMs;
  const [batteries, signals] = [Map.groupBy(battery, bucketOf), Map.groupBy(signal, bucketOf)];
  const starts = [...new Set([...batteries.keys(), ...signals.keys()])].toSorted((a, b) => a - b);
  const buckets = starts.map((at) => ({
    from: new Date(at).toISOString(),
    to: new Date(at + widthMs).toISOString(),
    battery_level: figuresOf(batteries.get(at)),
    signal_strength: figuresOf(signals.get(at)),
  }));
  return { bucket_ms: widthMs, buckets };
}

function figuresOf(steps: readonly SeriesFigures[] = []): Values {
  const { count, avg, min, max } = gatherSeries(steps);
  return { count, avg, min, max };
}
