import { createMiddleware } from "hono/factory";
import type { ApiEnv } from "../context.ts";

/** What is answered to one person is kept by no cache on the way, and by no browser after the log-out. */
export const keepPrivate = createMiddleware<ApiEnv>(async (c, next) => {
  await next();
  if (!c.res.headers.has("Cache-Control")) c.header("Cache-Control", "private, no-store");
});
