import { incidentListQuery, incidentSchema } from "@pulsecheck/shared/incident";
import { pageSchema } from "@pulsecheck/shared/list";
import type { z } from "zod";
import { defineRoute, json } from "./route.ts";

type Thing<Path extends string, Params, View, Change> = {
  /** The address of one of them. */
  path: Path;
  tags: string[];
  params: Params;
  view: View;
  change: Change;
  /** What the answers to a change and to its deletion mean. */
  says: { updated: string; deleted: string };
};

/** What can be done with one thing that reports by itself, be it a device or a sensor, besides what it reported. */
export function describeThing<
  const Path extends string,
  Params extends z.ZodObject,
  View extends z.ZodType,
  Change extends z.ZodType,
>({ path, tags, params, view, change, says }: Thing<Path, Params, View, Change>) {
  return {
    get: defineRoute(
      "read",
      { method: "get", path, tags, request: { params }, responses: { 200: json(view, "As it is now") } },
      [404],
    ),
    update: defineRoute(
      "write",
      {
        method: "patch",
        path,
        tags,
        request: { params, body: json(change) },
        responses: { 200: json(view, says.updated) },
      },
      [404],
    ),
    remove: defineRoute(
      "write",
      { method: "delete", path, tags, request: { params }, responses: { 204: { description: says.deleted } } },
      [404],
    ),
    incidents: defineRoute(
      "read",
      {
        method: "get",
        path: `${path}/incidents`,
        tags,
        request: { params, query: incidentListQuery.omit({ subject_type: true }) },
        responses: { 200: json(pageSchema(incidentSchema), "Open ones first, then the latest") },
      },
      [404],
    ),
  };
}
