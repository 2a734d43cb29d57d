import { incidentListQuery, incidentSchema } from "@pulsecheck/shared/incident";
import { pageSchema } from "@pulsecheck/shared/list";
import type { z } from "zod";
import { defineRoute, json } from "../http/route.ts";

/** Declares the list of what befell one thing, be it a monitor, a device or a sensor. */
export function defineIncidentsOf<const Path extends string, Params extends z.ZodObject>({
  path,
  tags,
  params,
}: {
  /** The address of the thing. */
  path: Path;
  tags: string[];
  params: Params;
}) {
  return defineRoute(
    "read",
    {
      method: "get",
      path: `${path}/incidents`,
      tags,
      request: { params, query: incidentListQuery.omit({ subject_type: true }) },
      responses: { 200: json(pageSchema(incidentSchema), "Open ones first, then the latest") },
    },
    [404],
  );
}
