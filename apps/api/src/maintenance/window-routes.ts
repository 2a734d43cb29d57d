import {
  createWindow,
  deleteWindow,
  endWindow,
  getWindow,
  listWindows,
  updateWindow,
} from "@pulsecheck/db/maintenance-windows";
import type { BusEvent } from "@pulsecheck/shared/live-events";
import { findScheduleProblem, previewOccurrences } from "@pulsecheck/shared/maintenance-occurrences";
import { SHOWN_OCCURRENCES } from "@pulsecheck/shared/maintenance-window";
import { refuseField } from "@pulsecheck/shared/refusal";
import type { Deps } from "../context.ts";
import { createRouter } from "../http/router.ts";
import { windowContract as contract } from "./window-contract.ts";

/** When a workspace works on what: neither alerts nor downtime. */
export function windowRoutes(deps: Deps) {
  const tellAll = async ({ broker, log }: Deps, events: readonly BusEvent[]) => {
    try {
      await broker.bus.publish(events);
    } catch (error) {
      log.warn({ err: error, events: events.length }, "maintenance could not be told");
    }
  };

  return createRouter()
    .openapi(contract.create, async (c) => {
      const { window, events } = await createWindow(c.get("scope"), c.req.valid("json"));
      await tellAll(deps, events);
      return c.json(window, 201);
    })
    .openapi(contract.list, async (c) => c.json(await listWindows(c.get("scope"), c.req.valid("query")), 200))
    .openapi(contract.preview, async (c) => {
      const { schedule } = c.req.valid("json");
      const now = new Date();
      const problem = findScheduleProblem(schedule, now);
      if (problem !== null) throw refuseField(problem.field, problem.detail);
      const occurrences = previewOccurrences(schedule, now, SHOWN_OCCURRENCES).map(({ startsAt, endsAt }) => ({
        starts_at: startsAt.toISOString(),
        ends_at: endsAt.toISOString(),
      }));
      return c.json({ occurrences }, 200);
    })
    .openapi(contract.get, async (c) => c.json(await getWindow(c.get("scope"), c.req.valid("param").id), 200))
    .openapi(contract.update, async (c) => {
      const { window, events } = await updateWindow(c.get("scope"), c.req.valid("param").id, c.req.valid("json"));
      await tellAll(deps, events);
      return c.json(window, 200);
    })
    .openapi(contract.end, async (c) => {
      const { window, events } = await endWindow(c.get("scope"), c.req.valid("param").id);
      await tellAll(deps, events);
      return c.json(window, 200);
    })
    .openapi(contract.remove, async (c) => {
      await tellAll(deps, await deleteWindow(c.get("scope"), c.req.valid("param").id));
      return c.body(null, 204);
    });
}
