import { createRoute, type RouteConfig } from "@hono/zod-openapi";
import { roleAllows, type Access } from "@pulsecheck/shared/role";
import { problemSchema } from "@pulsecheck/shared/problem";
import { Refusal } from "@pulsecheck/shared/refusal";
import { createMiddleware } from "hono/factory";
import { z } from "zod";
import type { ApiEnv } from "../context.ts";

/**
 * Who may call a route: anyone, any credential whatever its role, anyone logged in whatever the role, superusers, or a
 * role with this right.
 */
export type Caller = "public" | "credential" | "person" | "superuser" | Access;

const PROBLEMS: Record<number, string> = {
  400: "Bad input: `errors` names each field",
  401: "No valid session or API key",
  403: "The role does not allow it",
  404: "There is no such thing in this workspace",
  409: "It is in conflict with what is there",
  413: "The body is too long",
  415: "The body is of another media type",
  426: "This is a WebSocket: connect to it with an upgrade",
  429: "Too many requests: try again after `Retry-After` seconds",
  503: "A part of the service cannot be reached",
};

/**
 * Declares a route: its path, who may call it, its input and its answers. The one place that turns this into
 * OpenAPI, so that a route without a caller does not compile.
 * @param problems status codes of further problem documents; 400, 401 and 403 come by themselves
 */
export function defineRoute<const R extends RouteConfig>(caller: Caller, config: R, problems: readonly number[] = []) {
  const usual = caller === "public" ? [400] : [400, 401, 403];
  const answers = Object.fromEntries(
    [...usual, ...problems].map((status) => [
      status,
      {
        description: PROBLEMS[status] ?? "Refused",
        content: { "application/problem+json": { schema: problemSchema } },
      },
    ]),
  );
  // What a route does not know, it does not ignore.
  const strict: R = caller === "public" ? config : { ...config, request: { query: NO_QUERY, ...config.request } };
  return createRoute({
    ...strict,
    "x-caller": caller,
    security: caller === "public" ? [] : [{ bearer: [] }, { cookie: [] }],
    middleware: admit(caller),
    responses: { ...answers, ...config.responses },
  });
}

const NO_QUERY = z.strictObject({});

/** A JSON body or answer of this schema. */
export function json<S extends z.ZodType>(schema: S, description = "") {
  return { description, required: true as const, content: { "application/json": { schema } } };
}

function admit(caller: Caller) {
  return createMiddleware<ApiEnv>(async (c, next) => {
    if (caller === "public" || caller === "credential") return next();
    const { role, isSuperuser, via } = c.get("principal");
    if (caller === "person" && via.kind === "key")
      throw new Refusal(403, "This needs a login; an API key is not enough.");
    if (caller === "superuser" && !isSuperuser) throw new Refusal(403, "This needs an operator of this instance.");
    if (caller !== "person" && caller !== "superuser" && !roleAllows(role, caller)) {
      throw new Refusal(403, `The role ${role} does not allow this.`);
    }
    return next();
  });
}
