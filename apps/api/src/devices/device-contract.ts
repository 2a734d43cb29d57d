import {
  deviceIdSchema,
  deviceListQuery,
  deviceSchema,
  deviceStatusSchema,
  deviceUpdateSchema,
} from "@pulsecheck/shared/device";
import { deviceAnalyticsFilter, deviceAnalyticsSchema } from "@pulsecheck/shared/device-analytics";
import { deviceEventListQuery, deviceEventSchema, deviceHistorySchema } from "@pulsecheck/shared/device-history";
import { countedPageSchema, pageSchema } from "@pulsecheck/shared/list";
import { z } from "zod";
import { range } from "../http/range.ts";
import { defineRoute, json } from "../http/route.ts";
import { describeOne } from "../http/usual-routes.ts";
import { defineIncidentsOf } from "../incidents/incidents-of.ts";

const tags = ["Devices"];
const path = "/api/v1/devices";
const one = `${path}/{device_id}`;
const params = z.strictObject({ device_id: deviceIdSchema });
const statusParams = z.strictObject({
  status: z.string().toUpperCase().pipe(deviceStatusSchema).describe("In capitals or not"),
});
const page = { 200: json(countedPageSchema(deviceSchema), "A page") };

/** The devices' routes as they are described to clients: a table, without what they do. */
export const deviceContract = {
  list: defineRoute("read", { method: "get", path, tags, request: { query: deviceListQuery }, responses: page }),
  listOfStatus: defineRoute("read", {
    method: "get",
    path: `${path}/status/{status}`,
    tags,
    request: { params: statusParams, query: deviceListQuery.omit({ status: true }) },
    responses: page,
  }),
  analytics: defineRoute(
    "read",
    {
      method: "get",
      path: `${path}/analytics`,
      tags,
      request: { query: range.extend(deviceAnalyticsFilter) },
      responses: { 200: json(deviceAnalyticsSchema, "Sessions, flaps and availability; the last 24 hours by default") },
    },
    [404],
  ),
  ...describeOne("write", {
    path: one,
    tags,
    params,
    view: deviceSchema,
    change: deviceUpdateSchema,
    says: {
      shown: "As it is now",
      updated: "Changed; new thresholds are judged by at once",
      removed: "Deleted, with its incidents; a later heartbeat makes it anew",
    },
  }),
  incidents: defineIncidentsOf({ path: one, tags, params }),
  events: defineRoute(
    "read",
    {
      method: "get",
      path: `${one}/events`,
      tags,
      request: { params, query: deviceEventListQuery },
      responses: { 200: json(pageSchema(deviceEventSchema), "The latest first") },
    },
    [404],
  ),
  history: defineRoute(
    "read",
    {
      method: "get",
      path: `${one}/history`,
      tags,
      request: { params, query: range },
      responses: { 200: json(deviceHistorySchema, "Battery and signal; the last 24 hours by default") },
    },
    [404],
  ),
};
