import { openBroker } from "@pulsecheck/broker/broker";
import { openDb, type Db } from "@pulsecheck/db/client";
import { parseConfig } from "@pulsecheck/shared/config";
import { createCounters } from "@pulsecheck/shared/counters";
import type { BusEvent } from "@pulsecheck/shared/live-events";
import { pino } from "pino";
import { createTestDatabase } from "../../../../tests/setup/database.ts";
import { createApp } from "../app.ts";
import type { Deps } from "../context.ts";
import { readClientAddress } from "../http/client-address.ts";
import type { Limits } from "../http/limits.ts";
import { answerError } from "../http/problems.ts";
import { createRouter } from "../http/router.ts";
import { strictBody } from "../http/strict-body.ts";
import { openHub } from "../live/hub.ts";
import { sensorRoutes } from "../sensors/sensor-routes.ts";
import { apiKeyRoutes } from "./api-key-routes.ts";
import { authRoutes } from "./auth-routes.ts";
import { authenticate } from "./authenticate.ts";
import { sessionRoutes } from "./session-routes.ts";
import { ticketRoutes } from "./ticket-routes.ts";
import { userRoutes } from "./user-routes.ts";

export type Call = {
  json?: unknown;
  form?: Record<string, string>;
  token?: string;
  headers?: Record<string, string>;
  /** Where the call comes from, as our proxy tells it. */
  from?: string;
};

export type Answer = { status: number; body: Record<string, unknown>; headers: Headers };

export type TestApp = {
  deps: Deps;
  db: Db;
  /** Everything that was published so far. */
  events: BusEvent[];
  call(method: string, path: string, call?: Call): Promise<Answer>;
  close(): Promise<void>;
};

/** The app on a database of its own. With limits of one's own: only the routes of this folder, and sensors'. */
export async function openTestApp(env: Record<string, string> = {}, limits?: Limits): Promise<TestApp> {
  const { url, drop } = await createTestDatabase();
  const deps = openDeps({
    DATABASE_URL: url,
    SECRET_KEY: "a-secret-for-tests-only",
    EMAIL_DEV_MODE: "true",
    TRUST_PROXY: "true",
    ...env,
  });
  const hub = await openHub(deps);
  const app = limits === undefined ? createApp(deps, hub) : assemble(deps, limits);
  app.get("/api/v1/whoami", (c) => c.json({ workspace: c.get("scope").workspaceId, ...c.get("principal") }));
  const events: BusEvent[] = [];
  const subscription = await deps.broker.bus.subscribe({
    onBatch: (batch) => events.push(...batch.events),
    onGap() {},
  });
  return {
    deps,
    db: deps.db,
    events,
    async call(method, path, { json, form, token, headers = {}, from = "198.51.100.7" } = {}) {
      const sent = new Headers({ "X-Request-Id": "the-same-in-all-answers", "X-Forwarded-For": from, ...headers });
      if (json !== undefined) sent.set("Content-Type", "application/json");
      if (token !== undefined) sent.set("Authorization", `Bearer ${token}`);
      const body = form ? new URLSearchParams(form) : json === undefined ? null : JSON.stringify(json);
      const answer = await app.request(path, { method, headers: sent, body });
      const text = await answer.text();
      return { status: answer.status, body: text === "" ? {} : JSON.parse(text), headers: answer.headers };
    },
    async close() {
      await subscription.end();
      await hub.stop();
      await deps.broker.close();
      await deps.db.close();
      await drop();
    },
  };
}

function openDeps(env: Record<string, string>): Deps {
  const parsed = parseConfig(env);
  if (!parsed.ok) throw new Error(parsed.message);
  const onError = () => undefined;
  const databaseUrl = parsed.config.databaseUrl;
  return {
    config: parsed.config,
    db: openDb(databaseUrl, { name: "test", onError }),
    broker: openBroker({ databaseUrl, redisUrl: null, onError }),
    counters: createCounters(),
    log: pino({ level: "silent" }),
  };
}

function assemble(deps: Deps, limits: Limits) {
  const app = createRouter();
  app.onError(answerError);
  app.use(async (c, next) => {
    c.set("requestId", "test");
    c.set("log", deps.log);
    await next();
  });
  app.use(readClientAddress(deps), strictBody);
  app.route("/", authRoutes(deps, limits));
  app.use(authenticate(deps, limits));
  for (const routes of [sessionRoutes(deps), userRoutes(deps, limits), apiKeyRoutes(deps), ticketRoutes()])
    app.route("/", routes);
  app.route("/", sensorRoutes(deps, limits));
  return app;
}
