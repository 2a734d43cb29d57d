import { queryOptions } from "@tanstack/react-query";
import { api, ask } from "../../lib/api.ts";

/** Where the reader is logged in. */
export const sessionsQuery = queryOptions({
  queryKey: ["sessions"],
  queryFn: readSessions,
  refetchOnMount: "always",
});

async function readSessions() {
  const read = (query: { limit: number; cursor?: string }) => ask(api.GET("/users/me/sessions", { params: { query } }));
  let page = await read({ limit: 100 });
  const sessions = page.items;
  while (page.next_cursor !== null) {
    page = await read({ limit: 100, cursor: page.next_cursor });
    sessions.push(...page.items);
  }
  return sessions;
}
