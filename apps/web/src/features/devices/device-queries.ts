import type { DeviceView } from "@pulsecheck/shared/device";
import type { DeviceAnalytics } from "@pulsecheck/shared/device-analytics";
import type { DeviceEventView, DeviceHistory } from "@pulsecheck/shared/device-history";
import type { IncidentView } from "@pulsecheck/shared/incident";
import type { Page } from "@pulsecheck/shared/list";
import { infiniteQueryOptions, keepPreviousData, queryOptions, type InfiniteData } from "@tanstack/react-query";
import { api, ask } from "../../lib/api.ts";
import type { Range } from "../../lib/ranges.ts";
import { cursorOf, paged, spanOf } from "../things/thing-queries.ts";
import { filtersOf } from "../things/thing-search.ts";
import type { DeviceSearch } from "./device-search.ts";

const DEVICES_AT_ONCE = 60;
export type DevicePages = InfiniteData<Page<DeviceView>, string | null>;

/** What the API is asked for, for the list as for a file of it. */
export function deviceFilters(search: DeviceSearch) {
  const { status } = search;
  return { ...filtersOf(search), ...(status === undefined ? {} : { status }) };
}

export function devicesQuery(search: DeviceSearch) {
  const filters = deviceFilters(search);
  return infiniteQueryOptions({
    ...paged,
    queryKey: ["devices", filters],
    queryFn: ({ pageParam: cursor, signal }): Promise<Page<DeviceView>> => {
      const query = { limit: DEVICES_AT_ONCE, ...cursorOf(cursor), ...filters };
      return ask(api.GET("/api/v1/devices", { params: { query }, signal }));
    },
    // What was found before stays until what is typed is found.
    placeholderData: keepPreviousData,
  });
}

const pathOf = (id: string) => ({ path: { device_id: id } });

export function deviceQuery(id: string) {
  return queryOptions({
    queryKey: ["device", id],
    queryFn: (): Promise<DeviceView> => ask(api.GET("/api/v1/devices/{device_id}", { params: pathOf(id) })),
    refetchOnMount: "always",
  });
}

/** Battery and signal in a range that ends now. */
export function deviceHistoryQuery(id: string, range: Range) {
  return queryOptions({
    queryKey: ["device-history", id, range],
    queryFn: (): Promise<DeviceHistory> =>
      ask(api.GET("/api/v1/devices/{device_id}/history", { params: { ...pathOf(id), query: spanOf(range) } })),
    refetchOnMount: "always",
  });
}

type Analysed = { group_by?: "device" | "location"; device_id?: string; location?: string };

/** Sessions, flaps and availability in a range that ends now: of one device, or of many. */
export function deviceAnalyticsQuery(range: Range, of: Analysed) {
  return queryOptions({
    queryKey: ["device-analytics", of.device_id ?? "", range, of],
    queryFn: ({ signal }): Promise<DeviceAnalytics> =>
      ask(api.GET("/api/v1/devices/analytics", { params: { query: { ...spanOf(range), ...of } }, signal })),
    placeholderData: keepPreviousData,
    refetchOnMount: "always",
  });
}

const EVENTS_AT_ONCE = 100;
const EVENT_PAGES_AT_MOST = 5;

/** What happened in a range that ends now, the latest first, and its ends; `from` is later where there was too much. */
export function presenceQuery(id: string, range: Range) {
  return queryOptions({
    queryKey: ["device-events", id, "presence", range],
    queryFn: async () => {
      const span = spanOf(range);
      const events: DeviceEventView[] = [];
      let cursor: string | null = null;
      for (let pages = 0; pages < EVENT_PAGES_AT_MOST && (pages === 0 || cursor !== null); pages += 1) {
        const page = await readEvents(id, { ...span, limit: EVENTS_AT_ONCE, ...cursorOf(cursor) });
        events.push(...page.items);
        cursor = page.next_cursor;
      }
      const before = await readEvents(id, { to: span.from, limit: 20 });
      const oldest = events.at(-1);
      const from = cursor !== null && oldest !== undefined ? oldest.at : span.from;
      return { ...span, from, events, before: cursor === null ? before.items : [] };
    },
    refetchOnMount: "always",
  });
}
export type PresenceData = Awaited<ReturnType<NonNullable<ReturnType<typeof presenceQuery>["queryFn"]>>>;

type EventsQuery = { from?: string; to?: string; limit?: number; cursor?: string };
const readEvents = (id: string, query: EventsQuery): Promise<Page<DeviceEventView>> =>
  ask(api.GET("/api/v1/devices/{device_id}/events", { params: { ...pathOf(id), query } }));

/** Everything that happened, the latest first. */
export function deviceEventsQuery(id: string) {
  return infiniteQueryOptions({
    ...paged,
    queryKey: ["device-events", id, "log"],
    queryFn: ({ pageParam: cursor }) => readEvents(id, { limit: 20, ...cursorOf(cursor) }),
  });
}

/** All incidents of a device: an open one first, then the latest. */
export function deviceIncidentsQuery(id: string) {
  return infiniteQueryOptions({
    ...paged,
    queryKey: ["incidents", "of", `device ${id}`],
    queryFn: ({ pageParam: cursor }): Promise<Page<IncidentView>> => {
      const query = { limit: 10, ...cursorOf(cursor) };
      return ask(api.GET("/api/v1/devices/{device_id}/incidents", { params: { ...pathOf(id), query } }));
    },
  });
}
