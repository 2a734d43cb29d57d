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
import { changeSchemaOf, type AnyMonitorChange, type MonitorRules } from "@pulsecheck/shared/cron-monitor";
import { parseSchedule } from "@pulsecheck/shared/cron-schedule";
import { openSecretBox } from "@pulsecheck/db/secret-box";
import { Refusal } from "@pulsecheck/shared/refusal";
import type { LiveEvent } from "@pulsecheck/shared/live-events";
import type { MonitorKind, MonitorView } from "@pulsecheck/shared/monitor";
import { hidePingUrl } from "@pulsecheck/shared/ping-url";
import { roleAllows } from "@pulsecheck/shared/role";
import type { Scope } from "@pulsecheck/db/scope";
import type { Deps, Principal } from "../context.ts";
import { refuseIssues } from "../http/problems.ts";
import { createRouter } from "../http/router.ts";
import { tell } from "../live/tell.ts";
import { requireAllowedTarget } from "./allowed-target.ts";
import { checkNow } from "./check-now.ts";
import { monitorContract } from "./monitor-contract.ts";

/** Monitors: what is watched, and how. */
export function monitorRoutes(deps: Deps) {
  const { config } = deps;
  const box = openSecretBox(config.secretKey);
  const rules: MonitorRules = { ...config.intervals, parseSchedule };
  const contract = monitorContract(rules);

  return createRouter()
    .openapi(contract.create, async (c) => {
      const input = c.req.valid("json");
      if (input.kind !== "cron") await requireAllowedTarget(input.url, config.allowedPrivateTargets);
      const scope = c.get("scope");
      const monitor = await createMonitor(scope, box, c.get("principal").userId, input);
      await tell(deps, scope.workspaceId, { type: "monitor.created", data: hidePingUrl(monitor) });
      return c.json(monitor, 201);
    })
    .openapi(contract.list, async (c) => {
      const page = await listMonitors(c.get("scope"), c.req.valid("query"));
      return c.json({ ...page, items: page.items.map(showTo(c.get("principal"))) }, 200);
    })
    .openapi(contract.get, async (c) => {
      const monitor = await getMonitor(c.get("scope"), c.req.valid("param").id);
      return c.json(showTo(c.get("principal"))(monitor), 200);
    })
    .openapi(contract.update, async (c) => {
      const scope = c.get("scope");
      const change = c.req.valid("json");
      const { id } = c.req.valid("param");
      requireFittingFields((await findMonitor(scope, id)).kind, change, rules);
      if (change.url !== undefined) await requireAllowedTarget(change.url, config.allowedPrivateTargets);
      const updated = await updateMonitor(scope, box, id, change);
      await tell(deps, scope.workspaceId, ...(await eventsOf(scope, updated)));
      return c.json(updated.monitor, 200);
    })
    .openapi(contract.remove, async (c) => {
      const scope = c.get("scope");
      const { id } = c.req.valid("param");
      await deleteMonitor(scope, id);
      await tell(deps, scope.workspaceId, { type: "monitor.deleted", data: { id } });
      return c.body(null, 204);
    })
    .openapi(contract.checkNow, async (c) => {
      const scope = c.get("scope");
      const { id } = c.req.valid("param");
      const { kind } = await findMonitor(scope, id);
      if (kind === "cron") throw new Refusal(409, "A cron job cannot be checked: it pings PulseCheck by itself.");
      return c.json(await checkNow(deps, scope, id), 200);
    });
}

function showTo({ role }: Principal): (monitor: MonitorView) => MonitorView {
  return roleAllows(role, "write") ? (monitor) => monitor : hidePingUrl;
}

/** Refuses (400) fields that a monitor of this kind does not have, or not with such values. */
function requireFittingFields(kind: MonitorKind, change: AnyMonitorChange, rules: MonitorRules): void {
  const { error } = changeSchemaOf(kind, rules).safeParse(change);
  if (error) throw refuseIssues(error.issues);
}

async function eventsOf(scope: Scope, { monitor, previous, closedIncidentIds }: MonitorUpdate): Promise<LiveEvent[]> {
  const events: LiveEvent[] = [{ type: "monitor.updated", data: hidePingUrl(monitor) }];
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
  for (const id of closedIncidentIds) {
    const incident = await findIncident(scope, id);
    if (incident !== null) events.push({ type: "incident.closed", data: incident });
  }
  return events;
}
