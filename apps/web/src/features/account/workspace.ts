import { roleAllows } from "@pulsecheck/shared/role";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, ask } from "../../lib/api.ts";

/** The workspace and the reader's role in it. */
export const workspaceQuery = queryOptions({
  queryKey: ["workspace"],
  queryFn: () => ask(api.GET("/api/v1/workspace")),
  // An admin may have given the reader another role meanwhile.
  refetchOnWindowFocus: true,
});

/** May the reader change things? Null until that is known. */
export function useMayWrite(): boolean | null {
  const { data } = useQuery(workspaceQuery);
  return data === undefined ? null : roleAllows(data.role, "write");
}
