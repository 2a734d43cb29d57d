import { pingActionSchema, ridSchema } from "@pulsecheck/shared/ping";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import type { ApiEnv } from "../context.ts";
import { defineRoute } from "../http/route.ts";

const path = "/ping/{ping_id}";
const params = z.strictObject({ ping_id: z.guid().describe("The monitor's `ping_id`: whoever knows it may ping") });
const action = params.extend({ action: pingActionSchema });
const query = z.strictObject({ rid: ridSchema.optional().describe("The same at the start and the end of a run") });
const output = {
  description: "What the job has to say, in whatever form; the beginning is kept",
  required: false,
  content: { "text/plain": { schema: z.string() } },
};
const responses = {
  200: text("OK"),
  400: text("invalid rid, or invalid exit code"),
  404: text("not found"),
  429: text("rate limit exceeded: try again after `Retry-After` seconds"),
};

/** Describes the ping URLs, whose routes (`ping-routes.ts`) answer in the words of Healthchecks and judge no input by a schema. */
export function describePings(app: OpenAPIHono<ApiEnv>): void {
  for (const method of ["get", "head", "post"] as const) {
    const body = method === "post" ? { body: output } : {};
    for (const [at, names, summary] of [
      [path, params, "The job has ended well. `/{ping_id}` alone is the same"],
      [`${path}/{action}`, action, "What else a job says of itself"],
    ] as const) {
      const request = { params: names, query, ...body };
      const route = defineRoute("public", { method, path: at, tags: ["Pings"], summary, request, responses });
      const { middleware: _middleware, ...described } = route;
      app.openAPIRegistry.registerPath(described);
    }
  }
}

function text(description: string) {
  return { description, content: { "text/plain": { schema: z.string() } } };
}
