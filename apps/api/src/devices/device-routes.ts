import { analyseDevices } from "@pulsecheck/db/device-analytics";
import { listDeviceEvents } from "@pulsecheck/db/device-events";
import { getDeviceHistory } from "@pulsecheck/db/device-history";
import { listDevices } from "@pulsecheck/db/device-list";
import { deleteDevice, findDevice, getDevice, updateDevice } from "@pulsecheck/db/devices";
import { listIncidents } from "@pulsecheck/db/incidents";
import type { Deps } from "../context.ts";
import { closeRange } from "../http/range.ts";
import { createRouter } from "../http/router.ts";
import { tell } from "../live/tell.ts";
import { deviceContract as contract } from "./device-contract.ts";

/** Devices: who reports by itself, and what became of it. They come to be by their first heartbeat. */
export function deviceRoutes(deps: Deps) {
  // Words that stand in the place of an id come first.
  return createRouter()
    .route("/", deviceOverviewRoutes())
    .openapi(contract.get, async (c) => c.json(await getDevice(c.get("scope"), c.req.valid("param").device_id), 200))
    .openapi(contract.update, async (c) => {
      const scope = c.get("scope");
      const device = await updateDevice(scope, c.req.valid("param").device_id, c.req.valid("json"));
      await tell(deps, scope.workspaceId, { type: "device.updated", data: device });
      return c.json(device, 200);
    })
    .openapi(contract.remove, async (c) => {
      const scope = c.get("scope");
      const { device_id } = c.req.valid("param");
      await deleteDevice(scope, device_id);
      await tell(deps, scope.workspaceId, { type: "device.deleted", data: { device_id } });
      return c.body(null, 204);
    })
    .openapi(contract.events, async (c) => {
      const { device_id } = c.req.valid("param");
      return c.json(await listDeviceEvents(c.get("scope"), device_id, c.req.valid("query")), 200);
    })
    .openapi(contract.history, async (c) => {
      const now = new Date();
      const range = { ...closeRange(c.req.valid("query"), now), now };
      return c.json(await getDeviceHistory(c.get("scope"), c.req.valid("param").device_id, range), 200);
    })
    .openapi(contract.incidents, async (c) => {
      const device = await findDevice(c.get("scope"), c.req.valid("param").device_id);
      return c.json(await listIncidents(c.get("scope"), c.req.valid("query"), { deviceKey: device.id }), 200);
    });
}

function deviceOverviewRoutes() {
  return createRouter()
    .openapi(contract.list, async (c) => c.json(await listDevices(c.get("scope"), c.req.valid("query")), 200))
    .openapi(contract.listOfStatus, async (c) => {
      const query = { ...c.req.valid("query"), ...c.req.valid("param") };
      return c.json(await listDevices(c.get("scope"), query), 200);
    })
    .openapi(contract.analytics, async (c) => {
      const { from, to, ...filter } = c.req.valid("query");
      const range = closeRange({ from, to }, new Date());
      return c.json(await analyseDevices(c.get("scope"), { ...range, ...filter }, new Date()), 200);
    });
}
