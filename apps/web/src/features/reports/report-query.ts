import type { UptimeReport } from "@pulsecheck/shared/uptime-report";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, ask } from "../../lib/api.ts";
import { spanOfReport, type ReportSearch } from "./report-search.ts";

/** What the API is asked for, for the page as for a file of it. */
export function filtersOfReport(search: ReportSearch) {
  const { by, tag } = search;
  return {
    ...spanOfReport(search, Date.now()),
    ...(by === undefined ? {} : { by }),
    ...(tag === undefined ? {} : { tag }),
  };
}

export function reportQuery(search: ReportSearch) {
  return queryOptions({
    queryKey: ["uptime-report", search],
    queryFn: ({ signal }): Promise<UptimeReport> =>
      ask(api.GET("/api/v1/reports/uptime", { params: { query: filtersOfReport(search) }, signal })),
    placeholderData: keepPreviousData,
    refetchOnMount: "always",
  });
}
