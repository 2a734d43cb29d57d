import type { LogLevel } from "@pulsecheck/shared/system-log";
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, ask } from "../../lib/api.ts";
import { auditFilters } from "../audit/audit-query.ts";
import type { AuditSearch } from "../audit/audit-search.ts";
import { cursorOf, paged } from "../things/thing-queries.ts";

/** Nobody tells us when these change: they are asked for whenever somebody looks. */
const looked = { ...paged, placeholderData: keepPreviousData, refetchOnWindowFocus: "always" } as const;

const textOf = (q: string) => (q.trim() === "" ? {} : { q });

export const statusQuery = queryOptions({
  queryKey: ["operator", "status"],
  queryFn: ({ signal }) => ask(api.GET("/api/v1/operator/status", { signal })),
  refetchOnMount: "always",
  refetchOnWindowFocus: "always",
});

export const USER_FILTERS = {
  all: {},
  active: { is_active: "true" },
  disabled: { is_active: "false" },
  operators: { is_superuser: "true" },
} as const;
export type UserFilter = keyof typeof USER_FILTERS;

export const USERS = ["operator", "users"] as const;

export function usersQuery(search: { q: string; filter: UserFilter }) {
  const filters = { ...USER_FILTERS[search.filter], ...textOf(search.q) };
  return infiniteQueryOptions({
    ...looked,
    queryKey: [...USERS, search],
    queryFn: ({ pageParam: cursor, signal }) =>
      ask(api.GET("/api/v1/operator/users", { params: { query: { ...filters, ...cursorOf(cursor) } }, signal })),
  });
}

export function userQuery(id: string) {
  return queryOptions({
    queryKey: ["operator", "user", id],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/operator/users/{id}", { params: { path: { id } }, signal })),
    refetchOnMount: "always",
  });
}

export const WORKSPACES = ["operator", "workspaces"] as const;

export function workspacesQuery(q: string) {
  return infiniteQueryOptions({
    ...looked,
    queryKey: [...WORKSPACES, q],
    queryFn: ({ pageParam: cursor, signal }) =>
      ask(api.GET("/api/v1/operator/workspaces", { params: { query: { ...textOf(q), ...cursorOf(cursor) } }, signal })),
  });
}

export type LogSearch = { q: string; level: LogLevel | ""; process: "api" | "worker" | "" };

export function logQuery(search: LogSearch) {
  const { q, level, process } = search;
  const filters = { ...textOf(q), ...(level === "" ? {} : { level }), ...(process === "" ? {} : { process }) };
  return infiniteQueryOptions({
    ...looked,
    queryKey: ["operator", "log", search],
    queryFn: ({ pageParam: cursor, signal }) =>
      ask(api.GET("/api/v1/operator/log", { params: { query: { ...filters, ...cursorOf(cursor) } }, signal })),
  });
}

export function deedsQuery(search: AuditSearch) {
  return infiniteQueryOptions({
    ...looked,
    queryKey: ["operator", "audit", search],
    queryFn: ({ pageParam: cursor, signal }) => {
      const query = { ...auditFilters(search), ...cursorOf(cursor) };
      return ask(api.GET("/api/v1/operator/audit", { params: { query }, signal }));
    },
  });
}
