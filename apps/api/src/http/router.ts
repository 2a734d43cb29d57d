import { OpenAPIHono } from "@hono/zod-openapi";
import type { ApiEnv } from "../context.ts";
import { refuseIssues } from "./problems.ts";

/** A router whose routes answer bad input with our own problem document. Every noun's routes start from it. */
export function createRouter(): OpenAPIHono<ApiEnv> {
  return new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      if (!result.success) throw refuseIssues(result.error.issues);
    },
  });
}
