import type { IncidentView } from "@pulsecheck/shared/incident";
import type { Page } from "@pulsecheck/shared/list";
import type { ReadingView, SensorStats, SensorView } from "@pulsecheck/shared/sensor";
import { infiniteQueryOptions, keepPreviousData, queryOptions, type InfiniteData } from "@tanstack/react-query";
import { api, ask } from "../../lib/api.ts";
import { RANGE_HOURS, type Range } from "../../lib/ranges.ts";
import type { SensorSearch } from "./sensor-search.ts";

export type SensorPages = InfiniteData<Page<SensorView>, string | null>;
export type ReadingPages = InfiniteData<Page<ReadingView>, string | null>;

const paged = {
  initialPageParam: null as string | null,
  getNextPageParam: ({ next_cursor: cursor }: { next_cursor: string | null }) => cursor,
  // Frames keep it fresh only while it is shown.
  refetchOnMount: "always",
} as const;
const cursorOf = (cursor: string | null) => (cursor === null ? {} : { cursor });
const pathOf = (id: string) => ({ path: { sensor_id: id } });

export function sensorsQuery({ q }: SensorSearch) {
  return infiniteQueryOptions({
    ...paged,
    queryKey: ["sensors", q ?? ""],
    queryFn: ({ pageParam: cursor, signal }): Promise<Page<SensorView>> => {
      const query = { limit: 50, ...cursorOf(cursor), ...(q === undefined || q.trim() === "" ? {} : { q }) };
      return ask(api.GET("/api/v1/sensors", { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}

export function sensorQuery(id: string) {
  return queryOptions({
    queryKey: ["sensor", id],
    queryFn: (): Promise<SensorView> => ask(api.GET("/api/v1/sensors/{sensor_id}", { params: pathOf(id) })),
    refetchOnMount: "always",
  });
}

/** The figures of a range that ends now, and its latest hundred anomalies. */
export function sensorStatsQuery(id: string, range: Range) {
  return queryOptions({
    queryKey: ["sensor-stats", id, range],
    queryFn: async (): Promise<SensorStats & { anomalous: ReadingView[] }> => {
      const now = Date.now();
      const span = {
        from: new Date(now - RANGE_HOURS[range] * 3_600_000).toISOString(),
        to: new Date(now).toISOString(),
      };
      const [stats, anomalous] = await Promise.all([
        ask(api.GET("/api/v1/sensors/{sensor_id}/stats", { params: { ...pathOf(id), query: span } })),
        readReadings(id, { ...span, limit: 100, anomaly: "true" }),
      ]);
      return { ...stats, anomalous: anomalous.items };
    },
    refetchOnMount: "always",
  });
}

type ReadingsQuery = { limit?: number; cursor?: string; from?: string; to?: string; anomaly?: string };
const readReadings = (id: string, query: ReadingsQuery): Promise<Page<ReadingView>> =>
  ask(api.GET("/api/v1/sensors/{sensor_id}/readings", { params: { ...pathOf(id), query } }));

/** The log of readings, the latest first. */
export function readingsQuery(id: string, which: "all" | "anomalies") {
  return infiniteQueryOptions({
    ...paged,
    queryKey: ["readings", id, which],
    queryFn: ({ pageParam: cursor }) =>
      readReadings(id, { limit: 25, ...cursorOf(cursor), ...(which === "anomalies" ? { anomaly: "true" } : {}) }),
  });
}

/** All incidents of a sensor: an open one first, then the latest. */
export function sensorIncidentsQuery(id: string) {
  return infiniteQueryOptions({
    ...paged,
    queryKey: ["incidents", "of", `sensor ${id}`],
    queryFn: ({ pageParam: cursor }): Promise<Page<IncidentView>> => {
      const query = { limit: 10, ...cursorOf(cursor) };
      return ask(api.GET("/api/v1/sensors/{sensor_id}/incidents", { params: { ...pathOf(id), query } }));
    },
  });
}
