import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "../lib/api.ts";

/** What was asked stays good until an event says otherwise; what the API refused is not asked again. */
export function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        refetchOnWindowFocus: false,
        retry: (count, error) =>
          count < 3 && (!(error instanceof ApiError) || error.status === 0 || error.status >= 500),
      },
    },
  });
}
