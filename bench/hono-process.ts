import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { answerParent } from "./children.ts";

// The yardstick: a route on the same adapter that does nothing but parse the body.
const app = new Hono().post("/api/v1/heartbeat", async (c) => {
  const body: unknown = await c.req.json();
  return c.json({ received: Array.isArray(body) ? body.length : 1 }, 202);
});
const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }) as Server;
const listening = once(server, "listening");
answerParent({
  port: async () => {
    await listening;
    return (server.address() as AddressInfo).port;
  },
});
