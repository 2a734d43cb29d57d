import { parseSchedule } from "@pulsecheck/shared/cron-schedule";
import { pageSchema } from "@pulsecheck/shared/list";
import {
  maintenanceWindowSchema,
  occurrenceSchema,
  SHOWN_OCCURRENCES,
  windowCreateSchema,
  windowListQuery,
  windowScheduleSchema,
  windowUpdateSchema,
} from "@pulsecheck/shared/maintenance-window";
import { z } from "zod";
import { defineRoute, json } from "../http/route.ts";

const tags = ["Maintenance windows"];
const path = "/api/v1/maintenance-windows";
const one = `${path}/{id}`;
const params = z.strictObject({ id: z.uuid().toLowerCase() });
const rules = { parseSchedule };
const window = (description: string) => json(maintenanceWindowSchema, description);
const preview = z.object({
  occurrences: z.array(occurrenceSchema).describe(`The next ${SHOWN_OCCURRENCES} at most, with one that is on`),
});

/** The routes by which a workspace says when it works on what, as they are described to clients. */
export const windowContract = {
  create: defineRoute(
    "write",
    {
      method: "post",
      path,
      tags,
      request: { body: json(windowCreateSchema(rules)) },
      responses: { 201: window("Created") },
    },
    [409],
  ),
  list: defineRoute("read", {
    method: "get",
    path,
    tags,
    request: { query: windowListQuery },
    responses: { 200: json(pageSchema(maintenanceWindowSchema), "The latest first, if not asked otherwise") },
  }),
  preview: defineRoute("read", {
    method: "post",
    path: `${path}/preview`,
    tags,
    request: { body: json(z.strictObject({ schedule: windowScheduleSchema(rules) })) },
    responses: { 200: json(preview, "When a window of this schedule would be on; nothing is stored") },
  }),
  get: defineRoute(
    "read",
    { method: "get", path: one, tags, request: { params }, responses: { 200: window("The window") } },
    [404],
  ),
  update: defineRoute(
    "write",
    {
      method: "patch",
      path: one,
      tags,
      request: { params, body: json(windowUpdateSchema(rules)) },
      responses: { 200: window("Changed; what is past stays as it was") },
    },
    [404],
  ),
  end: defineRoute(
    "write",
    {
      method: "post",
      path: `${one}/end`,
      tags,
      request: { params },
      responses: { 200: window("The occurrence that was on is over; later ones come as planned") },
    },
    [404, 409],
  ),
  remove: defineRoute(
    "write",
    { method: "delete", path: one, tags, request: { params }, responses: { 204: { description: "Deleted" } } },
    [404],
  ),
};
