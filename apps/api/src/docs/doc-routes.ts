import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Refusal } from "@pulsecheck/shared/refusal";
import { Hono } from "hono";
import type { ApiEnv } from "../context.ts";

const ASSETS: ReadonlyMap<string, string> = new Map([
  ["swagger-ui.css", "text/css; charset=utf-8"],
  ["swagger-ui-bundle.js", "text/javascript; charset=utf-8"],
]);

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>PulseCheck API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body><div id="swagger-ui"></div><script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body>
</html>`;

const START = `SwaggerUIBundle({ url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, tryItOutEnabled: true });`;

// The page brings its own files and asks nobody else for anything.
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";

/** The API's documentation, from our own files: it works offline. */
export function docRoutes() {
  const folder = dirname(fileURLToPath(import.meta.resolve("swagger-ui-dist/package.json")));
  return new Hono<ApiEnv>()
    .get("/docs", (c) => c.html(PAGE, 200, { "Content-Security-Policy": CSP }))
    .get("/redoc", (c) => c.redirect("/docs"))
    .get("/docs/start.js", (c) => c.body(START, 200, { "Content-Type": "text/javascript; charset=utf-8" }))
    .get("/docs/:file", async (c) => {
      const file = c.req.param("file");
      const type = ASSETS.get(file);
      if (type === undefined) throw new Refusal(404, "There is no such file here.");
      return c.body(await readFile(join(folder, file)), 200, {
        "Content-Type": type,
        "Cache-Control": "public, max-age=86400",
      });
    });
}
