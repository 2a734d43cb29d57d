import { takePing } from "@pulsecheck/db/pings";
import { publishChecks } from "@pulsecheck/db/publish-checks";
import { PING_BODY_LIMIT_BYTES, readAction, ridSchema } from "@pulsecheck/shared/ping";
import { Hono, type Context } from "hono";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { ApiEnv, Deps } from "../context.ts";
import { tell } from "../live/tell.ts";
import { readBodyStart } from "./read-body.ts";

const UUID = "[\\da-fA-F]{8}-[\\da-fA-F]{4}-[\\da-fA-F]{4}-[\\da-fA-F]{4}-[\\da-fA-F]{12}";
const METHODS = ["GET", "POST"];
const PATHS = [`/ping/:id{${UUID}}`, `/:id{${UUID}}`].flatMap((path) => [path, `${path}/:action`]);
/** Pings of one job, in each process. */
const LIMIT = { points: 120, duration: 60 };
const LONGEST_USER_AGENT = 200;

/**
 * Where cron jobs ping, with nothing but their UUID: the URLs, methods and answers of Healthchecks, so that a line
 * written for it works here. To be mounted before bodies are judged: any output of a job is good.
 */
export function pingRoutes(deps: Deps) {
  const limiter = new RateLimiterMemory(LIMIT);

  async function retryAfterS(pingId: string): Promise<number | null> {
    try {
      await limiter.consume(pingId);
      return null;
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      return Math.max(1, Math.ceil(error.msBeforeNext / 1_000));
    }
  }

  async function answerPing(c: Context<ApiEnv>): Promise<Response> {
    const pingId = (c.req.param("id") ?? "").toLowerCase();
    const action = c.req.param("action") ?? "";
    const read = readAction(action);
    if (read === null) return /^\d+$/.test(action) ? c.text("invalid exit code", 400) : c.text("not found", 404);
    const rid = ridSchema.nullable().safeParse(c.req.query("rid") ?? null);
    if (!rid.success) return c.text("invalid rid", 400);
    const waitS = await retryAfterS(pingId);
    if (waitS !== null) return c.text("rate limit exceeded", 429, { "Retry-After": String(waitS) });

    const received = await takePing(deps.db, pingId, {
      ...read,
      rid: rid.data,
      method: c.req.method,
      address: c.get("clientAddress"),
      userAgent: c.req.header("user-agent")?.slice(0, LONGEST_USER_AGENT) ?? null,
      body: await readBodyStart(c.req.raw.body, PING_BODY_LIMIT_BYTES),
    });
    if (received === null) return c.text("not found", 404);
    deps.counters.add("pings_total", { kind: read.kind });
    const { accepted, watched } = received;
    if (accepted !== null) await publishChecks(deps, [accepted]);
    if (watched !== null) {
      const { monitorId: monitor_id, at } = watched;
      const data = { monitor_id, kind: read.kind, at: at.toISOString() };
      await tell(deps, watched.workspaceId, { type: "monitor.pinged", data });
    }
    return c.text("OK", 200, { "Ping-Body-Limit": String(PING_BODY_LIMIT_BYTES) });
  }

  const routes = new Hono<ApiEnv>();
  for (const path of PATHS) routes.on(METHODS, path, answerPing);
  // What is no ping id is told in the same words; elsewhere it is a page of the dashboard.
  routes.all("/ping/*", (c) => c.text("not found", 404));
  return routes;
}
