import { infiniteQueryOptions, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import { useFrames } from "../../app/live.tsx";
import { api, ask } from "../../lib/api.ts";
import type { LiveFrame } from "../../lib/live-socket.ts";
import { dropIncident, putIncident, type IncidentPages } from "./incident-pages.ts";
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

/** Mails go out within seconds, and no frame tells of them: so long after an incident's frame the lists are read again. */
const ALERTS_AFTER_MS = [1_500, 6_000];
/** Many incidents at once are read again together. */
const TOGETHER_MS = 2_000;

/** Keeps the lists as the frames tell, while they are shown. */
export function useIncidentFrames(): void {
  const queries = useQueryClient();
  const [due] = useState(() => new Map<number, ReturnType<typeof setTimeout>>());
  useEffect(
    () => () => {
      for (const timer of due.values()) clearTimeout(timer);
      due.clear();
    },
    [due],
  );
  const hear = useCallback(
    (frame: LiveFrame) => {
      const refetch = () => void queries.invalidateQueries({ queryKey: [KEY] });
      const change = (which: "open" | "past", to: (list: IncidentPages) => IncidentPages) =>
        queries.setQueriesData<IncidentPages>({ queryKey: [KEY, which] }, (list) => list && to(list));
      if (frame.type === "snapshot" || frame.type === "monitor.deleted") refetch();
      if (frame.type !== "incident.opened" && frame.type !== "incident.closed") return;
      const incident = frame.data;
      const [from, to] = incident.ended_at === null ? (["past", "open"] as const) : (["open", "past"] as const);
      change(from, (list) => dropIncident(list, incident.id));
      change(to, (list) => putIncident(list, incident));
      for (const after of ALERTS_AFTER_MS) {
        const at = Math.ceil((Date.now() + after) / TOGETHER_MS) * TOGETHER_MS;
        if (due.has(at)) continue;
        const later = () => {
          due.delete(at);
          refetch();
        };
        due.set(at, setTimeout(later, at - Date.now()));
      }
    },
    [queries, due],
  );
  useFrames(hear);
}
