import type { IncidentView } from "@pulsecheck/shared/incident";
import type { Page } from "@pulsecheck/shared/list";
import type {
  CorrectionView,
  LoggedReadingView,
  ReadingView,
  SensorStats,
  SensorView,
} from "@pulsecheck/shared/sensor";
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  type InfiniteData,
  type QueryClient,
} from "@tanstack/react-query";
import { api, ask } from "../../lib/api.ts";
import type { Range } from "../../lib/ranges.ts";
import { cursorOf, paged, spanOf } from "../things/thing-queries.ts";
import { filtersOf } from "../things/thing-search.ts";
import type { SensorSearch } from "./sensor-search.ts";

const SENSORS_AT_ONCE = 60;
export type SensorPages = InfiniteData<Page<SensorView>, string | null>;
export type ReadingPages = InfiniteData<Page<LoggedReadingView>, string | null>;

const pathOf = (id: string) => ({ path: { sensor_id: id } });

export function sensorsQuery(search: SensorSearch) {
  const filters = { ...filtersOf(search), ...stateOf(search) };
  return infiniteQueryOptions({
    ...paged,
    queryKey: ["sensors", filters],
    queryFn: ({ pageParam: cursor, signal }): Promise<Page<SensorView>> => {
      const query = { limit: SENSORS_AT_ONCE, ...cursorOf(cursor), ...filters };
      return ask(api.GET("/api/v1/sensors", { params: { query }, signal }));
    },
    // What was found before stays until what is typed is found.
    placeholderData: keepPreviousData,
  });
}

function stateOf({ status }: SensorSearch) {
  if (status === undefined) return {};
  return status === "unusual" ? { is_anomaly: "true" } : { breach: status };
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
      const span = spanOf(range);
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
const readReadings = (id: string, query: ReadingsQuery): Promise<Page<LoggedReadingView>> =>
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

/** What was corrected and deleted, the latest first. */
export function correctionsQuery(id: string) {
  return infiniteQueryOptions({
    ...paged,
    queryKey: ["corrections", id],
    queryFn: ({ pageParam: cursor }): Promise<Page<CorrectionView>> => {
      const query = { limit: 10, ...cursorOf(cursor) };
      return ask(api.GET("/api/v1/sensors/{sensor_id}/corrections", { params: { ...pathOf(id), query } }));
    },
  });
}

/** Reads again what follows from a sensor's readings. */
export async function rereadReadings(queries: QueryClient, id: string): Promise<void> {
  const keys = ["sensor-stats", "readings", "corrections"];
  await Promise.all(keys.map((key) => queries.invalidateQueries({ queryKey: [key, id] })));
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
