import { queryOptions, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useFrames } from "../../app/live.tsx";
import { api, ask } from "../../lib/api.ts";
import type { LiveFrame } from "../../lib/live-socket.ts";

/** All of them: a workspace has no more than a list answers at once. */
export const windowsQuery = queryOptions({
  queryKey: ["maintenance-windows"],
  queryFn: async () => (await ask(api.GET("/api/v1/maintenance-windows", { params: { query: { limit: 100 } } }))).items,
  staleTime: 0,
});

/** One window, read anew for each editing: it must not begin with what was true a while ago. */
export function windowQuery(id: string) {
  return queryOptions({
    queryKey: ["maintenance-window", id],
    queryFn: () => ask(api.GET("/api/v1/maintenance-windows/{id}", { params: { path: { id } } })),
    staleTime: Infinity,
    gcTime: 0,
  });
}

/** Keeps the list as it is while windows are changed, begin and end. */
export function useWindowFrames(): void {
  const queries = useQueryClient();
  const hear = useCallback(
    ({ type }: LiveFrame) => {
      if (type === "snapshot" || type === "maintenance.changed" || type === "maintenance_window.changed")
        void queries.invalidateQueries({ queryKey: windowsQuery.queryKey });
    },
    [queries],
  );
  useFrames(hear);
}
