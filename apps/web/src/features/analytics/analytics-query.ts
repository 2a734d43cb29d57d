import type { Analytics } from "@pulsecheck/shared/analytics";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, ask } from "../../lib/api.ts";
import { categoryOf, spanOfSearch, type AnalyticsSearch } from "./analytics-search.ts";

const GROUPS_AT_MOST = 200;

/** What an address asks for, put together by the API. */
export function analyticsQuery(search: AnalyticsSearch) {
  const { of = "latency", bucket, tag, location, id, compare } = search;
  return queryOptions({
    queryKey: ["analytics", search],
    queryFn: ({ signal }): Promise<Analytics> => {
      const query = {
        ...spanOfSearch(search, Date.now()),
        by: categoryOf(search),
        limit: GROUPS_AT_MOST,
        ...(bucket === undefined ? {} : { bucket }),
        ...(tag === undefined ? {} : { tag }),
        ...(location === undefined ? {} : { location }),
        ...(id === undefined ? {} : { id }),
        ...(compare === undefined ? {} : { compare: "true" }),
      };
      // The four take the same, but for their categories.
      const path = `/api/v1/analytics/${of}` as "/api/v1/analytics/readings";
      return ask(api.GET(path, { params: { query: query as never }, signal }));
    },
    placeholderData: keepPreviousData,
    refetchOnMount: "always",
  });
}
