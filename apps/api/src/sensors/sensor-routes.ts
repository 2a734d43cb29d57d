import { listIncidents } from "@pulsecheck/db/incidents";
import { createReadings } from "@pulsecheck/db/new-readings";
import { correctReading, deleteReading, listCorrections, listReadings } from "@pulsecheck/db/readings";
import { listSensors } from "@pulsecheck/db/sensor-list";
import { getSensorStats } from "@pulsecheck/db/sensor-stats";
import { deleteSensor, findSensor, getSensor, updateSensor } from "@pulsecheck/db/sensors";
import { SENSORS_PER_WORKSPACE } from "@pulsecheck/shared/sensor";
import type { Deps } from "../context.ts";
import type { Limits } from "../http/limits.ts";
import { closeRange } from "../http/range.ts";
import { limitReadings } from "../http/rate-limit.ts";
import { createRouter } from "../http/router.ts";
import { tell } from "../live/tell.ts";
import { sensorContract } from "./sensor-contract.ts";

/** Sensors and their readings. Readings are judged and told by the worker, as those that came by plain SQL. */
export function sensorRoutes(deps: Deps, limits?: Limits) {
  const countReadings = limitReadings(deps, limits);
  return createRouter()
    .openapi(sensorContract.report, async (c) => {
      const input = c.req.valid("json");
      const isBatch = Array.isArray(input);
      const readings = isBatch ? input : [input];
      await countReadings(c.get("scope").workspaceId, readings, c.get("clientAddress"));
      const how = { quota: SENSORS_PER_WORKSPACE, now: new Date(), isBatch };
      const created = await createReadings(c.get("scope"), c.get("principal").userId, readings, how);
      return c.json(isBatch ? created : created[0], 201);
    })
    .openapi(sensorContract.list, async (c) => c.json(await listSensors(c.get("scope"), c.req.valid("query")), 200))
    .openapi(sensorContract.get, async (c) =>
      c.json(await getSensor(c.get("scope"), c.req.valid("param").sensor_id), 200),
    )
    .openapi(sensorContract.update, async (c) => {
      const scope = c.get("scope");
      const sensor = await updateSensor(scope, c.req.valid("param").sensor_id, c.req.valid("json"));
      await tell(deps, scope.workspaceId, { type: "sensor.updated", data: sensor });
      return c.json(sensor, 200);
    })
    .openapi(sensorContract.remove, async (c) => {
      const scope = c.get("scope");
      const { sensor_id } = c.req.valid("param");
      await deleteSensor(scope, sensor_id);
      await tell(deps, scope.workspaceId, { type: "sensor.deleted", data: { sensor_id } });
      return c.body(null, 204);
    })
    .openapi(sensorContract.stats, async (c) => {
      const now = new Date();
      const { from, to } = closeRange(c.req.valid("query"), now);
      return c.json(await getSensorStats(c.get("scope"), c.req.valid("param").sensor_id, from, to, now), 200);
    })
    .openapi(sensorContract.incidents, async (c) => {
      const { id } = await findSensor(c.get("scope"), c.req.valid("param").sensor_id);
      return c.json(await listIncidents(c.get("scope"), c.req.valid("query"), { sensorKey: id }), 200);
    })
    .route("/", readingRoutes(deps));
}

function readingRoutes(deps: Deps) {
  return createRouter()
    .openapi(sensorContract.readings, async (c) =>
      c.json(await listReadings(c.get("scope"), c.req.valid("param").sensor_id, c.req.valid("query")), 200),
    )
    .openapi(sensorContract.correct, async (c) => {
      const scope = c.get("scope");
      const { sensor_id, id } = c.req.valid("param");
      const reading = await correctReading(scope, sensor_id, id, c.req.valid("json"));
      await tell(deps, scope.workspaceId, { type: "sensor.updated", data: await getSensor(scope, sensor_id) });
      return c.json(reading, 200);
    })
    .openapi(sensorContract.removeReading, async (c) => {
      const scope = c.get("scope");
      const { sensor_id, id } = c.req.valid("param");
      await deleteReading(scope, sensor_id, id);
      await tell(deps, scope.workspaceId, { type: "sensor.updated", data: await getSensor(scope, sensor_id) });
      return c.body(null, 204);
    })
    .openapi(sensorContract.corrections, async (c) =>
      c.json(await listCorrections(c.get("scope"), c.req.valid("param").sensor_id, c.req.valid("query")), 200),
    );
}
