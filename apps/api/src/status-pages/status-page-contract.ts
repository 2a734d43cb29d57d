import { pageSchema } from "@pulsecheck/shared/list";
import {
  statusPageCreateSchema,
  statusPageListQuery,
  statusPageSchema,
  statusPageUpdateSchema,
} from "@pulsecheck/shared/status-page";
import { z } from "zod";
import { defineRoute, json } from "../http/route.ts";

const tags = ["Status pages"];
const path = "/api/v1/status-pages";
const one = `${path}/{id}`;
const params = z.strictObject({ id: z.uuid().toLowerCase() });
const page = (description: string) => json(statusPageSchema, description);

/** The routes by which a workspace manages its public pages, as they are described to clients. */
export const statusPageContract = {
  create: defineRoute(
    "write",
    {
      method: "post",
      path,
      tags,
      request: { body: json(statusPageCreateSchema) },
      responses: { 201: page("Created") },
    },
    [409],
  ),
  list: defineRoute("read", {
    method: "get",
    path,
    tags,
    request: { query: statusPageListQuery },
    responses: { 200: json(pageSchema(statusPageSchema), "The oldest first") },
  }),
  get: defineRoute(
    "read",
    { method: "get", path: one, tags, request: { params }, responses: { 200: page("The page") } },
    [404],
  ),
  update: defineRoute(
    "write",
    {
      method: "patch",
      path: one,
      tags,
      request: { params, body: json(statusPageUpdateSchema) },
      responses: { 200: page("Changed") },
    },
    [404, 409],
  ),
  remove: defineRoute(
    "write",
    { method: "delete", path: one, tags, request: { params }, responses: { 204: { description: "Deleted" } } },
    [404],
  ),
};
