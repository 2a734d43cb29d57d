import type { OpenAPIHono } from "@hono/zod-openapi";
import type { ApiEnv } from "../context.ts";
import { describeSockets } from "../live/socket-contract.ts";
import manifest from "../../package.json" with { type: "json" };

/** What the document says of itself; the rest comes from the routes. */
export const DOCUMENT = {
  openapi: "3.1.0",
  info: {
    title: "PulseCheck",
    version: manifest.version,
    description:
      "Uptime monitoring. Times are ISO 8601 UTC, durations say their unit, errors are RFC 9457 problem documents. " +
      "Live: the WebSockets below /api/v1/ws; each frame is {type, at, seq, data}.",
    license: { name: "MIT" },
  },
};

/** Serves the OpenAPI document that the routes themselves make. */
export function describeApi(app: OpenAPIHono<ApiEnv>): void {
  app.openAPIRegistry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
    description: "A session's access_token, or an API key",
  });
  app.openAPIRegistry.registerComponent("securitySchemes", "cookie", {
    type: "apiKey",
    in: "cookie",
    name: "pulsecheck_session",
  });
  describeSockets(app);
  app.doc31("/openapi.json", DOCUMENT);
}
