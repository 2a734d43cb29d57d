import { randomUUID } from "node:crypto";
import { createMiddleware } from "hono/factory";
import type { ApiEnv, Deps } from "../context.ts";

const GIVEN_ID = /^[\w.-]{8,64}$/;

/** Gives each request an id, told in the answer and in each of its log lines. Never logs queries, headers or bodies. */
export function logRequests({ log }: Pick<Deps, "log">) {
  return createMiddleware<ApiEnv>(async (c, next) => {
    const given = c.req.header("x-request-id") ?? "";
    const requestId = GIVEN_ID.test(given) ? given : randomUUID();
    const startedAt = performance.now();
    c.set("requestId", requestId);
    c.set("log", log.child({ requestId }));
    await next();
    // Not c.header, which makes a finished answer anew.
    if (c.req.header("upgrade") === undefined) c.res.headers.set("X-Request-Id", requestId);
    if (!log.isLevelEnabled("debug")) return;
    const ms = Math.round(performance.now() - startedAt);
    c.get("log").debug({ method: c.req.method, path: c.req.path, status: c.res.status, ms }, "request");
  });
}
