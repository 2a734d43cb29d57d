import { checkSchema } from "@pulsecheck/shared/check";
import { countedPageSchema } from "@pulsecheck/shared/list";
import { anyMonitorCreateSchema, anyMonitorUpdateSchema, type MonitorRules } from "@pulsecheck/shared/cron-monitor";
import { monitorListQuery, monitorSchema } from "@pulsecheck/shared/monitor";
import { z } from "zod";
import { defineRoute, json } from "../http/route.ts";

const tags = ["Monitors"];
const path = "/api/v1/monitors";
const one = `${path}/{id}`;
const params = z.strictObject({ id: z.uuid().toLowerCase() });
const monitor = (description: string) => json(monitorSchema, description);

/** The monitors' routes as they are described to clients: a table, without what they do. */
export function monitorContract(rules: MonitorRules) {
  const create = { body: json(anyMonitorCreateSchema(rules)) };
  const update = { params, body: json(anyMonitorUpdateSchema(rules)) };
  const created = { 201: monitor("Created; its first check is under way, or its first ping is waited for") };
  const page = { 200: json(countedPageSchema(monitorSchema), "A page") };
  const check = { 200: json(checkSchema, "The check, whatever the target did") };
  const gone = { 204: { description: "Deleted" } };
  return {
    create: defineRoute("write", { method: "post", path, tags, request: create, responses: created }, [409]),
    list: defineRoute("read", { method: "get", path, tags, request: { query: monitorListQuery }, responses: page }),
    get: defineRoute(
      "read",
      { method: "get", path: one, tags, request: { params }, responses: { 200: monitor("The monitor") } },
      [404],
    ),
    update: defineRoute(
      "write",
      { method: "patch", path: one, tags, request: update, responses: { 200: monitor("Changed") } },
      [404, 409],
    ),
    remove: defineRoute("write", { method: "delete", path: one, tags, request: { params }, responses: gone }, [404]),
    checkNow: defineRoute(
      "write",
      { method: "post", path: `${one}/check`, tags, request: { params }, responses: check },
      [404, 409, 503],
    ),
  };
}
