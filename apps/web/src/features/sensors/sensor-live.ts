import type { LiveEvent } from "@pulsecheck/shared/live-events";
import type { ReadingView, SensorView } from "@pulsecheck/shared/sensor";
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import { useFrames } from "../../app/live.tsx";
import { keepSocket } from "../../lib/kept-socket.ts";
import type { LiveFrame } from "../../lib/live-socket.ts";
import { liveUrl } from "../../lib/live-url.ts";
import { createThrottle } from "../../lib/throttle.ts";
import { readingsQuery, rereadReadings, sensorQuery, type ReadingPages, type SensorPages } from "./sensor-queries.ts";

/** Lists and figures are read again this often at most while readings come in. */
const REREAD_EVERY_MS = 2_000;
/** More than this is not kept on top of a log that is watched for long. */
const MOST_ON_TOP = 200;

/**
 * Hears every reading of the workspace, or of one sensor, over a socket of its own while the component is shown.
 * @param onGap told on each connection: what was read before it may have been missed
 */
function useReadings(sensorId: string | null, onReading: (reading: ReadingView) => void, onGap: () => void): void {
  useEffect(() => {
    const socket = keepSocket({
      url: () => liveUrl("sensors", sensorId === null ? {} : { sensor_id: sensorId }),
      onMessage(text) {
        const frame = JSON.parse(text) as { type: string } | Extract<LiveEvent, { type: "sensor.reading" }>;
        if (frame.type === "sensor.reading" && "data" in frame) onReading(frame.data);
      },
      question: { type: "ping" },
      onState(state) {
        if (state === "live") onGap();
      },
      // The dashboard's socket finds out whether the session has ended.
      onRefused() {},
    });
    socket.open();
    return socket.close;
  }, [sensorId, onReading, onGap]);
}

function withReading(sensor: SensorView, reading: ReadingView): SensorView {
  if (sensor.sensor_id !== reading.sensor_id) return sensor;
  const readings = sensor.readings + 1;
  if (sensor.last_reading_at !== null && reading.timestamp < sensor.last_reading_at) return { ...sensor, readings };
  const { value: last_value, timestamp: last_reading_at, metadata: last_metadata, is_anomaly } = reading;
  return { ...sensor, readings, last_value, last_reading_at, last_metadata, is_anomaly };
}

/** Keeps the lists of sensors as they are told, while they are shown. */
export function useSensorsLive(): void {
  const queries = useQueryClient();
  const [rereading] = useState(() => createThrottle(REREAD_EVERY_MS));
  useEffect(() => rereading.stop, [rereading]);
  const reread = useCallback(
    () =>
      rereading.run(() => {
        for (const key of ["sensors", "labels"]) void queries.invalidateQueries({ queryKey: [key] });
      }),
    [queries, rereading],
  );
  const put = useCallback(
    (reading: ReadingView) => {
      queries.setQueriesData<SensorPages>({ queryKey: ["sensors"] }, (list) => {
        if (list === undefined) return list;
        const pages = list.pages.map((page) => ({
          ...page,
          items: page.items.map((one) => withReading(one, reading)),
        }));
        return { ...list, pages };
      });
    },
    [queries],
  );
  useReadings(null, put, reread);
  const hear = useCallback(({ type }: LiveFrame) => (type.startsWith("sensor.") ? reread() : undefined), [reread]);
  useFrames(hear);
}

/** Keeps everything that is shown of a sensor as it is told. Says whether it was deleted meanwhile. */
export function useSensorLive(id: string): { isDeleted: boolean } {
  const queries = useQueryClient();
  const [deletedId, setDeletedId] = useState<string | null>(null);
  const [figures] = useState(() => createThrottle(REREAD_EVERY_MS));
  useEffect(() => figures.stop, [figures]);
  const put = useCallback(
    (reading: ReadingView) => {
      queries.setQueryData(sensorQuery(id).queryKey, (sensor) => sensor && withReading(sensor, reading));
      addReading(queries, reading);
      figures.run(() => void queries.invalidateQueries({ queryKey: ["sensor-stats", id] }));
    },
    [queries, id, figures],
  );
  const rereadAll = useCallback(() => {
    void queries.invalidateQueries({ queryKey: ["sensor", id] });
    void rereadReadings(queries, id);
    void queries.invalidateQueries({ queryKey: ["incidents", "of", `sensor ${id}`] });
  }, [queries, id]);
  useReadings(id, put, rereadAll);
  const hear = useCallback(
    (frame: LiveFrame) => {
      if ("subject" in frame.data) {
        const { type, id: subjectId } = frame.data.subject;
        if (type === "sensor" && subjectId === id) rereadAll();
      }
      if (!("sensor_id" in frame.data) || frame.data.sensor_id !== id) return;
      if (frame.type === "sensor.deleted") setDeletedId(id);
      if (frame.type !== "sensor.updated") return;
      queries.setQueryData(sensorQuery(id).queryKey, frame.data);
      // A reading may have been corrected.
      figures.run(() => void rereadReadings(queries, id));
    },
    [queries, id, rereadAll, figures],
  );
  useFrames(hear);
  return { isDeleted: deletedId === id };
}

/** Puts a reading on top of the log, unless it stands there already. */
function addReading(queries: QueryClient, reading: ReadingView): void {
  for (const which of reading.is_anomaly ? (["all", "anomalies"] as const) : (["all"] as const)) {
    const { queryKey } = readingsQuery(reading.sensor_id, which);
    const list = queries.setQueryData<ReadingPages>(queryKey, (old) => old && putOnTop(old, reading));
    if ((list?.pages[0]?.items.length ?? 0) > MOST_ON_TOP) void queries.resetQueries({ queryKey });
  }
}

function putOnTop(list: ReadingPages, reading: ReadingView): ReadingPages {
  const [first, ...rest] = list.pages;
  if (first === undefined || list.pages.some(({ items }) => items.some(({ id }) => id === reading.id))) return list;
  const items = [{ ...reading, corrected_at: null }, ...first.items].sort((a, b) =>
    b.timestamp.localeCompare(a.timestamp),
  );
  return { ...list, pages: [{ ...first, items }, ...rest] };
}
