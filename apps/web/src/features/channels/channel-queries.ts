import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { CHANNELS_AT_MOST } from "@pulsecheck/shared/alert-channel";
import { api, ask } from "../../lib/api.ts";

export const channelsQuery = queryOptions({
  queryKey: ["channels"],
  queryFn: async () =>
    (await ask(api.GET("/api/v1/channels", { params: { query: { limit: CHANNELS_AT_MOST } } }))).items,
  // What became of the last message is told by no frame.
  staleTime: 0,
  refetchOnWindowFocus: true,
});

/** What went to a channel, the newest first. */
export function channelDeliveriesQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: ["channel-deliveries", id],
    queryFn: ({ pageParam: cursor }) =>
      ask(
        api.GET("/api/v1/channels/{id}/deliveries", {
          params: { path: { id }, query: { limit: 20, ...(cursor === undefined ? {} : { cursor }) } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    refetchOnMount: "always",
  });
}
