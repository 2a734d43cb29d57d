import { infiniteQueryOptions, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useFrames } from "../../app/live.tsx";
import { api, ask } from "../../lib/api.ts";
import type { LiveFrame } from "../../lib/live-socket.ts";
import { dropIncident, findIncident, mergeIncident, putIncident, type IncidentPages } from "./incident-pages.ts";
import { INCIDENT_RANGES, type IncidentRange } from "./incident-range.ts";

const KEY = "incidents";

/** What is on now. */
export const openIncidentsQuery = incidentsQuery("open", undefined);

/** What is over, and was not before the range began. */
export const pastIncidentsQuery = (range: IncidentRange | undefined) => incidentsQuery("past", range);

function incidentsQuery(which: "open" | "past", range: IncidentRange | undefined) {
  return infiniteQueryOptions({
    queryKey: [KEY, which, range ?? "all"],
    queryFn: ({ pageParam: cursor, signal }) => {
      const from = range === undefined ? {} : { from: hoursAgo(INCIDENT_RANGES[range]) };
      const query = { open: String(which === "open"), ...from, ...(cursor === undefined ? {} : { cursor }) };
      return ask(api.GET("/api/v1/incidents", { params: { query }, signal }));
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    // Frames keep it fresh only while it is shown.
    refetchOnMount: "always",
  });
}

function hoursAgo(hours: number): string {
  return new Date(Date.now() - hours * 3_600_000).toISOString();
}

/** Keeps the lists as the frames tell, while they are shown. */
export function useIncidentFrames(): void {
  const queries = useQueryClient();
  const hear = useCallback(
    (frame: LiveFrame) => {
      const change = (which: "open" | "past", to: (list: IncidentPages) => IncidentPages) =>
        queries.setQueriesData<IncidentPages>({ queryKey: [KEY, which] }, (list) => list && to(list));
      switch (frame.type) {
        case "snapshot":
        case "monitor.deleted":
        case "device.deleted":
        case "sensor.deleted":
          void queries.invalidateQueries({ queryKey: [KEY] });
          break;
        case "incident.opened":
        case "incident.updated":
        case "incident.closed": {
          const lists = queries.getQueriesData<IncidentPages>({ queryKey: [KEY] }).flatMap(([, list]) => list ?? []);
          const incident = mergeIncident(findIncident(lists, frame.data.id), frame.data);
          const [from, to] = incident.ended_at === null ? (["past", "open"] as const) : (["open", "past"] as const);
          change(from, (list) => dropIncident(list, incident.id));
          change(to, (list) => putIncident(list, incident));
          // An answer under way may be older than what was just told.
          if (queries.isFetching({ queryKey: [KEY] }) > 0) void queries.invalidateQueries({ queryKey: [KEY] });
          break;
        }
        default:
      }
    },
    [queries],
  );
  useFrames(hear);
}
