import { infiniteQueryOptions, keepPreviousData } from "@tanstack/react-query";
import { api, ask } from "../../lib/api.ts";
import { cursorOf, paged } from "../things/thing-queries.ts";
import { spanOfAudit, type AuditSearch } from "./audit-search.ts";

/** What the API is asked for, for the list as for a file of it. */
export function auditFilters(search: AuditSearch) {
  const { subject, action, user, q } = search;
  return {
    ...spanOfAudit(search, Date.now()),
    ...(subject === undefined ? {} : { subject_type: subject }),
    ...(action === undefined ? {} : { action }),
    ...(user === undefined ? {} : { user_id: user }),
    ...(q === undefined || q.trim() === "" ? {} : { q }),
  };
}

/** Who changed what, the latest first. */
export function auditQuery(search: AuditSearch) {
  return infiniteQueryOptions({
    ...paged,
    queryKey: ["audit", search],
    queryFn: ({ pageParam: cursor, signal }) =>
      ask(api.GET("/api/v1/audit", { params: { query: { ...auditFilters(search), ...cursorOf(cursor) } }, signal })),
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: "always",
  });
}
