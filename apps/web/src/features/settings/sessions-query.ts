import { queryOptions } from "@tanstack/react-query";
import { api, ask } from "../../lib/api.ts";

/** Where the reader is logged in. */
export const sessionsQuery = queryOptions({
  queryKey: ["sessions"],
  queryFn: async () => (await ask(api.GET("/users/me/sessions"))).items,
  refetchOnMount: "always",
});
