import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { api, ask } from "../../lib/api.ts";

/** Who is logged in. Fails with 401 where nobody is. */
export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: () => ask(api.GET("/users/me")),
  staleTime: Infinity,
  retry: false,
});

export function useMe() {
  return useSuspenseQuery(meQuery).data;
}

/** Ends the session. Whoever calls it forgets what it let us see, once nothing shows it any more. */
export async function logOut(): Promise<void> {
  await ask(api.POST("/auth/logout"));
}
