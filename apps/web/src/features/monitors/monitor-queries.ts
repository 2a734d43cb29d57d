import type { CheckView } from "@pulsecheck/shared/check";
import type { IncidentView } from "@pulsecheck/shared/incident";
import type { Page } from "@pulsecheck/shared/list";
import type { MonitorView } from "@pulsecheck/shared/monitor";
import type { PingView } from "@pulsecheck/shared/ping";
import { infiniteQueryOptions, queryOptions, type InfiniteData } from "@tanstack/react-query";
import { api, ApiError, ask } from "../../lib/api.ts";
import type { Range } from "../../lib/ranges.ts";
import { spanOf } from "../things/thing-queries.ts";

export function monitorQuery(id: string) {
  return queryOptions({
    queryKey: ["monitor", id],
    queryFn: (): Promise<MonitorView> => ask(api.GET("/api/v1/monitors/{id}", { params: { path: { id } } })),
  });
}

/** Is there no such monitor? An address that holds no id at all is answered 400. */
export function isMissing(error: Error | null): boolean {
  return error instanceof ApiError && (error.status === 404 || error.status === 400);
}

/** The figures of a range that ends now, and its latest hundred outages and unusually slow checks. */
export function statsQuery(id: string, range: Range) {
  return queryOptions({
    queryKey: ["stats", id, range],
    queryFn: async () => {
      const span = spanOf(range);
      const latest = { ...span, limit: 100 };
      const [stats, outages, unusual] = await Promise.all([
        ask(api.GET("/api/v1/monitors/{id}/stats", { params: { path: { id }, query: span } })),
        ask(api.GET("/api/v1/monitors/{id}/incidents", { params: { path: { id }, query: latest } })),
        readChecks(id, { ...latest, ...CHECK_FILTERS.unusual }),
      ]);
      return { ...stats, outages: outages.items, unusual: unusual.items, hasMoreUnusual: unusual.next_cursor !== null };
    },
  });
}
export type RangeStats = Awaited<ReturnType<NonNullable<ReturnType<typeof statsQuery>["queryFn"]>>>;

type ChecksQuery = { limit?: number; cursor?: string; from?: string; to?: string; ok?: string; anomaly?: string };
const readChecks = (id: string, query: ChecksQuery): Promise<Page<CheckView>> =>
  ask(api.GET("/api/v1/monitors/{id}/checks", { params: { path: { id }, query } }));

const CHECKS_AT_ONCE = 25;
export type ChecksKind = "all" | "failed" | "unusual";
/** What the API calls these checks. */
export const CHECK_FILTERS = { all: {}, failed: { ok: "false" }, unusual: { anomaly: "true" } } as const;
export type CheckPages = InfiniteData<Page<CheckView>, string | null>;

/** The log of checks, the latest first. */
export function checksQuery(id: string, kind: ChecksKind) {
  return infiniteQueryOptions({
    queryKey: ["checks", id, kind],
    queryFn: ({ pageParam: cursor }): Promise<Page<CheckView>> => {
      const query = { limit: CHECKS_AT_ONCE, ...(cursor === null ? {} : { cursor }), ...CHECK_FILTERS[kind] };
      return readChecks(id, query);
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next_cursor: cursor }) => cursor,
  });
}

/** What a cron job has said, the latest first. */
export function pingsQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: ["pings", id],
    queryFn: ({ pageParam: cursor }): Promise<Page<PingView>> => {
      const query = { limit: CHECKS_AT_ONCE, ...(cursor === null ? {} : { cursor }) };
      return ask(api.GET("/api/v1/monitors/{id}/pings", { params: { path: { id }, query } }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next_cursor: cursor }) => cursor,
  });
}

const INCIDENTS_AT_ONCE = 10;

/** All incidents of a monitor: an open one first, then the latest. */
export function monitorIncidentsQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: ["incidents", "of", `monitor ${id}`],
    queryFn: ({ pageParam: cursor }): Promise<Page<IncidentView>> => {
      const query = { limit: INCIDENTS_AT_ONCE, ...(cursor === null ? {} : { cursor }) };
      return ask(api.GET("/api/v1/monitors/{id}/incidents", { params: { path: { id }, query } }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next_cursor: cursor }) => cursor,
  });
}
