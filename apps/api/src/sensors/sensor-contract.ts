import { countedPageSchema, pageSchema } from "@pulsecheck/shared/list";
import {
  correctionListQuery,
  correctionSchema,
  createdReadingSchema,
  loggedReadingSchema,
  readingChangeSchema,
  readingListQuery,
  readingSchema,
  readingsInputSchema,
  sensorIdSchema,
  sensorListQuery,
  sensorSchema,
  sensorStatsSchema,
  sensorUpdateSchema,
} from "@pulsecheck/shared/sensor";
import { z } from "zod";
import { range } from "../http/range.ts";
import { defineRoute, json } from "../http/route.ts";
import { defineRemoval, describeOne } from "../http/usual-routes.ts";
import { defineIncidentsOf } from "../incidents/incidents-of.ts";

const tags = ["Sensors"];
const path = "/api/v1/sensors";
const one = `${path}/{sensor_id}`;
const readings = `${one}/readings`;
const params = z.strictObject({ sensor_id: sensorIdSchema });
const readingParams = params.extend({ id: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) });

/** The sensors' routes as they are described to clients: a table, without what they do. */
export const sensorContract = {
  report: defineRoute(
    "report",
    {
      method: "post",
      path,
      tags,
      request: { body: json(readingsInputSchema, "One reading, or up to 1,000 of them: all are stored, or none") },
      responses: {
        201: json(z.union([createdReadingSchema, z.array(createdReadingSchema)]), "Stored; an array for an array"),
      },
    },
    [409, 429],
  ),
  list: defineRoute("read", {
    method: "get",
    path,
    tags,
    request: { query: sensorListQuery },
    responses: { 200: json(countedPageSchema(sensorSchema), "A page") },
  }),
  ...describeOne("write", {
    path: one,
    tags,
    params,
    view: sensorSchema,
    change: sensorUpdateSchema,
    says: { shown: "As it is now", updated: "Changed", removed: "Deleted, with its readings" },
  }),
  incidents: defineIncidentsOf({ path: one, tags, params }),
  readings: defineRoute(
    "read",
    {
      method: "get",
      path: readings,
      tags,
      request: { params, query: readingListQuery },
      responses: { 200: json(pageSchema(loggedReadingSchema), "The latest first") },
    },
    [404],
  ),
  correct: defineRoute(
    "write",
    {
      method: "patch",
      path: `${readings}/{id}`,
      tags,
      request: { params: readingParams, body: json(readingChangeSchema) },
      responses: { 200: json(readingSchema, "Corrected; what it was is kept under /corrections") },
    },
    [404],
  ),
  removeReading: defineRemoval("write", {
    path: `${readings}/{id}`,
    tags,
    params: readingParams,
    says: "Deleted; what it was is kept under /corrections",
  }),
  corrections: defineRoute(
    "read",
    {
      method: "get",
      path: `${one}/corrections`,
      tags,
      request: { params, query: correctionListQuery },
      responses: { 200: json(pageSchema(correctionSchema), "The latest first") },
    },
    [404],
  ),
  stats: defineRoute(
    "read",
    {
      method: "get",
      path: `${one}/stats`,
      tags,
      request: { params, query: range },
      responses: { 200: json(sensorStatsSchema, "Figures of the range and of its buckets") },
    },
    [404],
  ),
};
