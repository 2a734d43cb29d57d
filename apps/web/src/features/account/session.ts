import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { useEffect } from "react";
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

const logins = new BroadcastChannel("pulsecheck:login");

/** Tells this browser's other tabs that from now on its session is another, maybe another person's. */
export function tellLogin(): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has none: it is of our origin alone
  logins.postMessage(null);
}

/** What a tab shows is not mixed with what another person may see: it begins anew after a login elsewhere. */
export function useReloadAfterLogin(prepare: () => void): void {
  useEffect(() => {
    const reload = () => {
      prepare();
      location.reload();
    };
    logins.addEventListener("message", reload);
    return () => logins.removeEventListener("message", reload);
  }, [prepare]);
}

/** Ends the session. Whoever calls it forgets what it let us see, once nothing shows it any more. */
export async function logOut(): Promise<void> {
  await ask(api.POST("/auth/logout"));
}
