import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono, type Context, type MiddlewareHandler } from "hono";
import type { ApiEnv, Deps } from "../context.ts";
import { answerNotFound } from "../http/problems.ts";

/** Where `npm run build` puts the dashboard. */
const DIST = join(import.meta.dirname, "../../../web/dist");

// Everything comes from here, and nothing stands in the page itself: no script, no style.
const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'self'",
  "frame-ancestors 'none'",
].join("; ");

// What is not found below these is told to a client; everywhere else a browser gets the dashboard, which knows its pages.
const NOT_OURS = /^\/(api|auth|users|status|assets|docs|dev)(\/|$)/;

/** The dashboard's files, with those of a changed name kept for good. */
export function dashboardFiles() {
  const files = new Hono<ApiEnv>();
  // Not built: a headless instance, or the OpenAPI document being written.
  if (!existsSync(DIST)) return files;
  const serve = serveStatic({ root: DIST, precompressed: true });
  const keep = (lifetime: string): MiddlewareHandler<ApiEnv> => {
    return async (c, next) => {
      const answer = await serve(c, next);
      if (answer instanceof Response) answer.headers.set("Cache-Control", lifetime);
      return answer;
    };
  };
  files.use("/assets/*", keep("public, max-age=31536000, immutable"));
  for (const file of ["/theme.js", "/favicon.svg"]) files.use(file, keep("no-cache"));
  return files;
}

/** Answers a browser's GET of a page that no route has with the dashboard, everything else with 404. */
export function answerDashboard({ config }: Pick<Deps, "config">) {
  const base = `<base href="${new URL(config.publicUrl).pathname.replace(/\/?$/, "/")}" />`;
  return async (c: Context<ApiEnv>): Promise<Response> => {
    const isLook = c.req.method === "GET" || c.req.method === "HEAD";
    const isBrowser = c.req.header("accept")?.includes("text/html") === true || c.req.path === "/";
    if (!isLook || !isBrowser || NOT_OURS.test(c.req.path)) return answerNotFound(c);
    const page = await readFile(join(DIST, "index.html"), "utf8").catch(() => null);
    if (page === null) return c.text("The dashboard is not built: run `npm run build`. The API is at /docs.\n", 503);
    const headers = { "Content-Security-Policy": CSP, "Cache-Control": "no-cache", Vary: "Accept" };
    return c.html(page.replace('<base href="/" />', base), 200, headers);
  };
}
