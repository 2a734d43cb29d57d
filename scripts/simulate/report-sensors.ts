import { readSensor, type Sensor } from "./sensor.ts";
import type { Run } from "./run.ts";

const EVERY_MS = 1_000;
const AT_ONCE = 100;
/** While nobody takes them, so many seconds of readings are kept. */
const KEPT_S = 30;

/** Has every sensor read once a second; what was read goes out each second, in small arrays. */
export function reportSensors(run: Run, sensors: readonly Sensor[]) {
  let waiting: Record<string, unknown>[] = [];
  let nextAtMs = EVERY_MS;
  const keep = (readings: Record<string, unknown>[]): void => {
    waiting = readings.slice(-KEPT_S * sensors.length);
  };

  async function send(readings: Record<string, unknown>[]): Promise<void> {
    const answer = await run.sender.send("POST", "/api/v1/sensors", readings, run.key);
    if (run.settle(answer, "readings", readings.length) === "again") keep([...readings, ...waiting]);
  }

  return {
    tick(nowMs: number): void {
      for (const sensor of sensors) while (sensor.nextAtMs <= nowMs) waiting.push(fieldsOf(run, sensor));
      keep(waiting);
      if (nowMs < nextAtMs) return;
      nextAtMs = nowMs + EVERY_MS;
      while (waiting.length > 0 && run.sender.isFree()) void send(waiting.splice(0, AT_ONCE));
    },
  };
}

function fieldsOf(run: Run, sensor: Sensor): Record<string, unknown> {
  const { atMs, value } = readSensor(sensor);
  return {
    sensor_id: sensor.id,
    value,
    unit: sensor.quantity.unit,
    metadata: { location: sensor.location },
    timestamp: run.timeOf(atMs),
  };
}
