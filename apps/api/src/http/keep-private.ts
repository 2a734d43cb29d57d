import { createMiddleware } from "hono/factory";
import type { ApiEnv } from "../context.ts";

/** What is answered to one person is kept by no cache on the way, and by no browser after the log-out. */
export const keepPrivate = createMiddleware<ApiEnv>(async (c, next) => {
  await next();
  // Not c.header, which makes a finished answer anew.
  const { headers } = c.res;
  if (!headers.has("Cache-Control")) headers.set("Cache-Control", "private, no-store");
});
