import { queryOptions } from "@tanstack/react-query";
import { API_BASE, api, ask } from "../../lib/api.ts";

/** All of them: a workspace has fewer than a list answers at once. */
export const statusPagesQuery = queryOptions({
  queryKey: ["status-pages"],
  queryFn: async () => (await ask(api.GET("/api/v1/status-pages"))).items,
  staleTime: 0,
});

/** One page, read anew for each editing: it must not begin with what was true a while ago. */
export function statusPageQuery(id: string) {
  return queryOptions({
    queryKey: ["status-page", id],
    queryFn: () => ask(api.GET("/api/v1/status-pages/{id}", { params: { path: { id } } })),
    staleTime: Infinity,
    gcTime: 0,
  });
}

/** Where everybody finds the page of this slug. */
export function publicAddress(slug: string): string {
  return `${API_BASE}/status/${slug}`;
}
