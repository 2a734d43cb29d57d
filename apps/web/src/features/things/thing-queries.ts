import { queryOptions } from "@tanstack/react-query";
import { api, ask } from "../../lib/api.ts";
import { RANGE_HOURS, type Range } from "../../lib/ranges.ts";

/** What every list of pages has; frames keep it fresh only while it is shown. */
export const paged = {
  initialPageParam: null as string | null,
  getNextPageParam: ({ next_cursor: cursor }: { next_cursor: string | null }) => cursor,
  refetchOnMount: "always",
} as const;

export const cursorOf = (cursor: string | null) => (cursor === null ? {} : { cursor });

/** A range that ends now. */
export function spanOf(range: Range) {
  const now = Date.now();
  return { from: new Date(now - RANGE_HOURS[range] * 3_600_000).toISOString(), to: new Date(now).toISOString() };
}

/** The tags and locations that devices and sensors can be filtered by. */
export const labelsQuery = queryOptions({
  queryKey: ["labels"],
  queryFn: () => ask(api.GET("/api/v1/workspace/labels")),
  refetchOnMount: "always",
});
