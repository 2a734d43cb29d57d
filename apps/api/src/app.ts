import { OpenAPIHono } from "@hono/zod-openapi";
import { compress } from "hono/compress";
import { cors } from "hono/cors";
import { secureHeaders } from "hono/secure-headers";
import { analyticsRoutes } from "./analytics/analytics-routes.ts";
import { reportRoutes } from "./analytics/report-routes.ts";
import { auditRoutes } from "./audit/audit-routes.ts";
import { apiKeyRoutes } from "./auth/api-key-routes.ts";
import { authRoutes } from "./auth/auth-routes.ts";
import { authenticate } from "./auth/authenticate.ts";
import { rememberKeys } from "./auth/known-keys.ts";
import { sessionRoutes } from "./auth/session-routes.ts";
import { ticketRoutes } from "./auth/ticket-routes.ts";
import { userRoutes } from "./auth/user-routes.ts";
import { channelRoutes } from "./channels/channel-routes.ts";
import type { ApiEnv, Deps } from "./context.ts";
import { answerDashboard, dashboardFiles } from "./dashboard/dashboard-routes.ts";
import { deviceSocket, type DeviceParts } from "./devices/device-socket.ts";
import { deviceRoutes } from "./devices/device-routes.ts";
import { heartbeatRoutes } from "./devices/heartbeat-routes.ts";
import { createPresence } from "./devices/presence.ts";
import { createReportCommitter } from "./devices/report-committer.ts";
import { docRoutes } from "./docs/doc-routes.ts";
import { describeApi } from "./docs/openapi.ts";
import { exportRoutes } from "./exports/export-routes.ts";
import { readClientAddress } from "./http/client-address.ts";
import { answerError } from "./http/problems.ts";
import { logRequests } from "./http/request-log.ts";
import { LIMITS } from "./http/limits.ts";
import { limitReports } from "./http/rate-limit.ts";
import { keepPrivate } from "./http/keep-private.ts";
import { strictBody } from "./http/strict-body.ts";
import { strictQuery } from "./http/strict-query.ts";
import { importRoutes } from "./imports/import-routes.ts";
import { incidentRoutes } from "./incidents/incident-routes.ts";
import type { Hub } from "./live/hub.ts";
import { liveRoutes } from "./live/live-routes.ts";
import { invitationRoutes } from "./members/invitation-routes.ts";
import { memberRoutes } from "./members/member-routes.ts";
import { ownWorkspaceRoutes } from "./members/own-workspace-routes.ts";
import { receivedInvitationRoute } from "./members/received-invitation-route.ts";
import { windowRoutes } from "./maintenance/window-routes.ts";
import { boardRoutes } from "./monitors/board-routes.ts";
import { historyRoutes } from "./monitors/history-routes.ts";
import { monitorRoutes } from "./monitors/monitor-routes.ts";
import { scheduleRoutes } from "./monitors/schedule-routes.ts";
import { devMailRoutes } from "./operations/dev-mail-routes.ts";
import { operationRoutes, workspaceMetricRoutes } from "./operations/operation-routes.ts";
import { instanceRoutes } from "./operators/instance-routes.ts";
import { operatorUserRoutes } from "./operators/operator-user-routes.ts";
import { operatorWorkspaceRoutes } from "./operators/operator-workspace-routes.ts";
import { sensorRoutes } from "./sensors/sensor-routes.ts";
import { describePings } from "./pings/ping-contract.ts";
import { pingListRoute } from "./pings/ping-list-route.ts";
import { pingRoutes } from "./pings/ping-routes.ts";
import { publicRoutes } from "./status-pages/public-routes.ts";
import { statusPageRoutes } from "./status-pages/status-page-routes.ts";
import { alertAddressRoutes } from "./workspace/alert-address-routes.ts";
import { alertLinkRoutes } from "./workspace/alert-link-routes.ts";
import { workspaceRoutes } from "./workspace/workspace-routes.ts";

/** The whole HTTP surface: first what anyone may call, then the auth line, then what needs a principal. */
export function createApp(deps: Deps, hub: Hub): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  app.onError(answerError);
  app.notFound(answerDashboard(deps));
  app.use(logRequests(deps));
  app.use(readClientAddress(deps));
  app.use(secureHeaders({ crossOriginResourcePolicy: "same-origin", overwrite: false }));
  if (deps.config.corsOrigins.length > 0) {
    app.use(
      cors({
        origin: deps.config.corsOrigins,
        credentials: true,
        allowHeaders: ["Authorization", "Content-Type", "X-Workspace-Id"],
      }),
    );
  }
  app.route("/", pingRoutes(deps));
  app.use(strictQuery, strictBody);
  for (const path of ["/api/*", "/auth/*", "/users/*"]) app.use(path, keepPrivate);
  // The few answers of many kilobytes; each holds its caller's own data and nothing that a stranger could choose.
  for (const path of ["/api/v1/board", "/api/v1/monitors/glance"]) app.use(path, compress());

  app.route("/", operationRoutes(deps, hub));
  app.route("/", docRoutes());
  app.route("/", authRoutes(deps));
  app.route("/", alertLinkRoutes(deps));
  app.route("/", receivedInvitationRoute(deps));
  app.route("/", dashboardFiles());
  if (deps.config.mail.isDevMode) app.route("/", devMailRoutes(deps));
  describeApi(app);
  describePings(app);
  const devices: DeviceParts = {
    committer: createReportCommitter(deps),
    presence: createPresence(deps, hub.processId),
    countReports: limitReports(deps),
  };
  app.route("/", deviceSocket(deps, hub, devices));
  app.route("/", liveRoutes(deps, hub));
  app.route("/", publicRoutes(deps, hub));

  app.use("/users/*", authenticate(deps));
  app.use("/api/v1/*", authenticate(deps, LIMITS, rememberKeys(deps, hub)));
  addPrivateRoutes(app, deps, devices);
  return app;
}

function addPrivateRoutes(app: OpenAPIHono<ApiEnv>, deps: Deps, devices: DeviceParts): void {
  app.route("/", userRoutes(deps));
  app.route("/", sessionRoutes(deps));
  app.route("/", ticketRoutes());
  app.route("/", apiKeyRoutes(deps));
  app.route("/", workspaceRoutes(deps));
  app.route("/", alertAddressRoutes(deps));
  app.route("/", channelRoutes(deps));
  app.route("/", memberRoutes(deps));
  app.route("/", invitationRoutes(deps));
  app.route("/", ownWorkspaceRoutes(deps));
  app.route("/", auditRoutes());
  app.route("/", operatorUserRoutes(deps));
  app.route("/", operatorWorkspaceRoutes(deps));
  app.route("/", instanceRoutes(deps));
  app.route("/", exportRoutes(deps));
  app.route("/", importRoutes(deps));
  app.route("/", analyticsRoutes());
  app.route("/", reportRoutes());
  app.route("/", boardRoutes());
  app.route("/", monitorRoutes(deps));
  app.route("/", scheduleRoutes(deps));
  app.route("/", historyRoutes());
  app.route("/", pingListRoute());
  app.route("/", incidentRoutes());
  app.route("/", heartbeatRoutes(devices));
  app.route("/", deviceRoutes(deps));
  app.route("/", sensorRoutes(deps));
  app.route("/", statusPageRoutes(deps));
  app.route("/", windowRoutes(deps));
  app.route("/", workspaceMetricRoutes());
}
