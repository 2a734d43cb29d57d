import { checkSchema } from "@pulsecheck/shared/check";
import { countedPageSchema } from "@pulsecheck/shared/list";
import { anyMonitorCreateSchema, anyMonitorUpdateSchema, type MonitorRules } from "@pulsecheck/shared/cron-monitor";
import { monitorListQuery, monitorSchema } from "@pulsecheck/shared/monitor";
import { defineRoute, json } from "../http/route.ts";
import { defineCreation, describeOne, idParams as params } from "../http/usual-routes.ts";

const tags = ["Monitors"];
const path = "/api/v1/monitors";
const one = `${path}/{id}`;

/** The monitors' routes as they are described to clients: a table, without what they do. */
export function monitorContract(rules: MonitorRules) {
  const page = { 200: json(countedPageSchema(monitorSchema), "A page") };
  const check = { 200: json(checkSchema, "The check, whatever the target did") };
  return {
    create: defineCreation("write", {
      path,
      tags,
      body: anyMonitorCreateSchema(rules),
      view: monitorSchema,
      says: "Created; its first check is under way, or its first ping is waited for",
    }),
    list: defineRoute("read", { method: "get", path, tags, request: { query: monitorListQuery }, responses: page }),
    ...describeOne(
      "write",
      {
        path: one,
        tags,
        params,
        view: monitorSchema,
        change: anyMonitorUpdateSchema(rules),
        says: { shown: "The monitor", updated: "Changed", removed: "Deleted" },
      },
      [404, 409],
    ),
    checkNow: defineRoute(
      "write",
      { method: "post", path: `${one}/check`, tags, request: { params }, responses: check },
      [404, 409, 503],
    ),
  };
}
