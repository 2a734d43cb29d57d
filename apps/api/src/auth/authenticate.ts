import { Refusal } from "@pulsecheck/shared/refusal";
import { createMiddleware } from "hono/factory";
import type { ApiEnv, Deps } from "../context.ts";
import type { Limits } from "../http/limits.ts";
import { isTrustedOrigin } from "../http/origin.ts";
import { limitRequests } from "../http/rate-limit.ts";
import { lookUpKeys, type FindKey } from "./known-keys.ts";
import { findPrincipal } from "./principal.ts";

const REPORTS = new Set(["POST /api/v1/heartbeat", "POST /api/v1/sensors"]);
const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * The auth line: behind it, every request has its `principal` and `scope`. Refuses 401, 403 (CSRF), 404, 429.
 * @param findReporter proves the key of what reports, which comes too often to ask the database each time
 */
export function authenticate(deps: Deps, limits?: Limits, findReporter: FindKey = lookUpKeys(deps)) {
  const countRequest = limitRequests(deps, limits);
  const findCaller = lookUpKeys(deps);
  return createMiddleware<ApiEnv>(async (c, next) => {
    const isReport = REPORTS.has(`${c.req.method} ${c.req.path}`);
    const given = {
      authorization: c.req.header("authorization"),
      cookie: c.req.header("cookie"),
      workspaceId: c.req.header("x-workspace-id"),
      address: c.get("clientAddress"),
    };
    const proof = await findPrincipal(deps, given, isReport ? findReporter : findCaller);
    if (proof === null)
      throw new Refusal(401, "This needs a valid session token or API key, as Authorization: Bearer.");
    if (proof.isCookie && !SAFE.has(c.req.method))
      refuseForeignOrigin(deps, c.req.header("origin"), c.req.header("host"));
    // What reports has limits of its own, by device and workspace: one key may speak for a whole fleet.
    if (!isReport) await countRequest(proof.principal, c.get("clientAddress"));
    c.set("principal", proof.principal);
    c.set("scope", proof.scope);
    if (proof.renewal !== null) c.header("Set-Cookie", proof.renewal, { append: true });
    await next();
  });
}

/**
 * Refuses (403) what a foreign page makes a browser send. A browser tells the origin of everything that changes
 * something; whoever sends none is no browser, and carries nobody's cookie by accident.
 */
export function refuseForeignOrigin(
  { config }: Pick<Deps, "config">,
  origin: string | undefined,
  host: string | undefined,
): void {
  if (origin === undefined || isTrustedOrigin(config, origin, host)) return;
  throw new Refusal(403, "Requests from this origin are not allowed (see CORS_ORIGINS).");
}
