import { parseSchedule } from "@pulsecheck/shared/cron-schedule";
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
import { defineCreation, defineList, describeOne, idParams as params } from "../http/usual-routes.ts";

const tags = ["Maintenance windows"];
const path = "/api/v1/maintenance-windows";
const one = `${path}/{id}`;
const rules = { parseSchedule };
const preview = z.object({
  occurrences: z.array(occurrenceSchema).describe(`The next ${SHOWN_OCCURRENCES} at most, with one that is on`),
});

/** The routes by which a workspace says when it works on what, as they are described to clients. */
export const windowContract = {
  create: defineCreation("write", {
    path,
    tags,
    body: windowCreateSchema(rules),
    view: maintenanceWindowSchema,
    says: "Created",
  }),
  list: defineList("read", {
    path,
    tags,
    query: windowListQuery,
    item: maintenanceWindowSchema,
    says: "The latest first, if not asked otherwise",
  }),
  preview: defineRoute("read", {
    method: "post",
    path: `${path}/preview`,
    tags,
    request: { body: json(z.strictObject({ schedule: windowScheduleSchema(rules) })) },
    responses: { 200: json(preview, "When a window of this schedule would be on; nothing is stored") },
  }),
  ...describeOne("write", {
    path: one,
    tags,
    params,
    view: maintenanceWindowSchema,
    change: windowUpdateSchema(rules),
    says: { shown: "The window", updated: "Changed; what is past stays as it was", removed: "Deleted" },
  }),
  end: defineRoute(
    "write",
    {
      method: "post",
      path: `${one}/end`,
      tags,
      request: { params },
      responses: {
        200: json(maintenanceWindowSchema, "The occurrence that was on is over; later ones come as planned"),
      },
    },
    [404, 409],
  ),
};
