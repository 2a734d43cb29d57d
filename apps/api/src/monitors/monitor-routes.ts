import { findIncident } from "@pulsecheck/db/incidents";
import { listMonitors } from "@pulsecheck/db/monitor-list";
import {
  createMonitor,
  deleteMonitor,
  findMonitor,
  getMonitor,
  updateMonitor,
  type MonitorUpdate,
} from "@pulsecheck/db/monitors";
import { openSecretBox } from "@pulsecheck/db/secret-box";
import { checkSchema } from "@pulsecheck/shared/check";
import { pageSchema } from "@pulsecheck/shared/list";
import type { LiveEvent } from "@pulsecheck/shared/live-events";
import { monitorCreateSchema, monitorListQuery, monitorSchema, monitorUpdateSchema } from "@pulsecheck/shared/monitor";
import type { Scope } from "@pulsecheck/db/scope";
import { z } from "zod";
import type { Deps } from "../context.ts";
import { defineRoute, json } from "../http/route.ts";
import { createRouter } from "../http/router.ts";
import { tell } from "../live/tell.ts";
import { requireAllowedTarget } from "./allowed-target.ts";
import { checkNow } from "./check-now.ts";

const tags = ["Monitors"];
const params = z.strictObject({ id: z.uuid().toLowerCase() });
const path = "/api/v1/monitors";
const one = `${path}/{id}`;

/** Monitors: what is watched, and how. */
export function monitorRoutes(deps: Deps) {
  const { config } = deps;
  const box = openSecretBox(config.secretKey);
  const create = json(monitorCreateSchema(config.intervals));
  const update = json(monitorUpdateSchema(config.intervals));

  return createRouter()
    .openapi(
      defineRoute("write", {
        method: "post",
        path,
        tags,
        request: { body: create },
        responses: { 201: json(monitorSchema, "Created; its first check is under way") },
      }),
      async (c) => {
        const input = c.req.valid("json");
        await requireAllowedTarget(input.url, config.allowedPrivateTargets);
        const scope = c.get("scope");
        const monitor = await createMonitor(scope, box, c.get("principal").userId, input);
        await tell(deps, scope.workspaceId, { type: "monitor.created", data: monitor });
        return c.json(monitor, 201);
      },
    )
    .openapi(
      defineRoute("read", {
        method: "get",
        path,
        tags,
        request: { query: monitorListQuery },
        responses: { 200: json(pageSchema(monitorSchema), "A page") },
      }),
      async (c) => c.json(await listMonitors(c.get("scope"), c.req.valid("query")), 200),
    )
    .openapi(
      defineRoute(
        "read",
        { method: "get", path: one, tags, request: { params }, responses: { 200: json(monitorSchema, "The monitor") } },
        [404],
      ),
      async (c) => c.json(await getMonitor(c.get("scope"), c.req.valid("param").id), 200),
    )
    .openapi(
      defineRoute(
        "write",
        {
          method: "patch",
          path: one,
          tags,
          request: { params, body: update },
          responses: { 200: json(monitorSchema, "Changed") },
        },
        [404],
      ),
      async (c) => {
        const scope = c.get("scope");
        const { id } = c.req.valid("param");
        const change = c.req.valid("json");
        if (change.url !== undefined) await requireAllowedTarget(change.url, config.allowedPrivateTargets);
        const updated = await updateMonitor(scope, box, id, change);
        await tell(deps, scope.workspaceId, ...(await eventsOf(scope, updated)));
        return c.json(updated.monitor, 200);
      },
    )
    .openapi(
      defineRoute(
        "write",
        { method: "delete", path: one, tags, request: { params }, responses: { 204: { description: "Deleted" } } },
        [404],
      ),
      async (c) => {
        const scope = c.get("scope");
        const { id } = c.req.valid("param");
        await deleteMonitor(scope, id);
        await tell(deps, scope.workspaceId, { type: "monitor.deleted", data: { id } });
        return c.body(null, 204);
      },
    )
    .openapi(
      defineRoute(
        "write",
        {
          method: "post",
          path: `${one}/check`,
          tags,
          request: { params },
          responses: { 200: json(checkSchema, "The check, whatever the target did") },
        },
        [404, 503],
      ),
      async (c) => {
        const scope = c.get("scope");
        const { id } = c.req.valid("param");
        await findMonitor(scope, id);
        return c.json(await checkNow(deps, scope, id), 200);
      },
    );
}

async function eventsOf(scope: Scope, { monitor, previous, closedIncidentId }: MonitorUpdate): Promise<LiveEvent[]> {
  const events: LiveEvent[] = [{ type: "monitor.updated", data: monitor }];
  if (monitor.status !== previous) {
    const at = new Date().toISOString();
    events.push({
      type: "monitor.status",
      data: {
        monitor_id: monitor.id,
        status: monitor.status,
        previous,
        reason: null,
        detail: "The monitor was paused.",
        at,
      },
    });
  }
  const incident = closedIncidentId === null ? null : await findIncident(scope, closedIncidentId);
  if (incident !== null) events.push({ type: "incident.closed", data: incident });
  return events;
}
