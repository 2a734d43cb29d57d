import { incidentSchema } from "@pulsecheck/shared/incident";
import { pageQuery, pageSchema } from "@pulsecheck/shared/list";
import {
  correctionSchema,
  createdReadingSchema,
  readingChangeSchema,
  readingSchema,
  readingsInputSchema,
  sensorIdSchema,
  sensorListQuery,
  sensorSchema,
  sensorStatsSchema,
  sensorUpdateSchema,
} from "@pulsecheck/shared/sensor";
import { z } from "zod";
import { rangeQuery } from "../http/range.ts";
import { defineRoute, json } from "../http/route.ts";

const tags = ["Sensors"];
const path = "/api/v1/sensors";
const one = `${path}/{sensor_id}`;
const readings = `${one}/readings`;
const params = z.strictObject({ sensor_id: sensorIdSchema });
const readingParams = params.extend({ id: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) });
const range = z.strictObject(rangeQuery);
const page = z.strictObject(pageQuery);
const pageInRange = page.extend(rangeQuery);

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
    [409],
  ),
  list: defineRoute("read", {
    method: "get",
    path,
    tags,
    request: { query: sensorListQuery },
    responses: { 200: json(pageSchema(sensorSchema), "A page") },
  }),
  get: defineRoute(
    "read",
    { method: "get", path: one, tags, request: { params }, responses: { 200: json(sensorSchema, "The sensor") } },
    [404],
  ),
  update: defineRoute(
    "write",
    {
      method: "patch",
      path: one,
      tags,
      request: { params, body: json(sensorUpdateSchema) },
      responses: { 200: json(sensorSchema, "Changed") },
    },
    [404],
  ),
  remove: defineRoute(
    "write",
    {
      method: "delete",
      path: one,
      tags,
      request: { params },
      responses: { 204: { description: "Deleted, with its readings" } },
    },
    [404],
  ),
  readings: defineRoute(
    "read",
    {
      method: "get",
      path: readings,
      tags,
      request: { params, query: pageInRange.extend({ anomaly: z.stringbool().optional() }) },
      responses: { 200: json(pageSchema(readingSchema), "The latest first") },
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
  removeReading: defineRoute(
    "write",
    {
      method: "delete",
      path: `${readings}/{id}`,
      tags,
      request: { params: readingParams },
      responses: { 204: { description: "Deleted; what it was is kept under /corrections" } },
    },
    [404],
  ),
  corrections: defineRoute(
    "read",
    {
      method: "get",
      path: `${one}/corrections`,
      tags,
      request: { params, query: page },
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
  incidents: defineRoute(
    "read",
    {
      method: "get",
      path: `${one}/incidents`,
      tags,
      request: { params, query: pageInRange },
      responses: { 200: json(pageSchema(incidentSchema), "Open ones first, then the latest") },
    },
    [404],
  ),
};
