import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { Failed } from "../components/ui/states.tsx";
import { meQuery } from "../features/account/session.ts";
import { analyticsSearch } from "../features/analytics/analytics-search.ts";
import { boardSearch } from "../features/board/board-search.ts";
import { fleetSearch } from "../features/devices/fleet-search.ts";
import { deviceSearch } from "../features/devices/device-search.ts";
import { sensorSearch } from "../features/sensors/sensor-search.ts";
import { monitorSearch } from "../features/monitors/ranges.ts";
import { incidentSearch } from "../features/incidents/incident-range.ts";
import { reportSearch } from "../features/reports/report-search.ts";
import { operatorSearch } from "../features/operator/operator-sections.ts";
import { settingsSearch } from "../features/settings/settings-sections.ts";
import { ApiError, API_BASE } from "../lib/api.ts";
import { focusMain } from "./focus-main.ts";
import { NotFound } from "./not-found.tsx";
import { Shell } from "./shell.tsx";

const root = createRootRouteWithContext<{ queries: QueryClient }>()({ component: Outlet });

/** Pages for everybody: they show nothing of a workspace. */
const token = (search: Record<string, unknown>) => ({
  token: typeof search["token"] === "string" ? search["token"] : "",
});
/** Where one wanted to go. */
const next = (search: Record<string, unknown>): { next?: string } =>
  typeof search["next"] === "string" ? { next: search["next"] } : {};
const account = () => import("../features/account/pages.tsx");
const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: next,
  component: lazyRouteComponent(account, "LoginPage"),
});
const register = createRoute({
  getParentRoute: () => root,
  path: "/register",
  validateSearch: next,
  component: lazyRouteComponent(account, "RegisterPage"),
});
const forgot = createRoute({
  getParentRoute: () => root,
  path: "/forgot-password",
  component: lazyRouteComponent(account, "ForgotPasswordPage"),
});
const reset = createRoute({
  getParentRoute: () => root,
  path: "/reset-password",
  validateSearch: token,
  component: lazyRouteComponent(account, "ResetPasswordPage"),
});
const mailed = () => import("../features/account/mailed-links.tsx");
const verify = createRoute({
  getParentRoute: () => root,
  path: "/verify",
  validateSearch: token,
  component: lazyRouteComponent(mailed, "VerifyPage"),
});
const verifyAlertAddress = createRoute({
  getParentRoute: () => root,
  path: "/verify-alert-address",
  validateSearch: token,
  component: lazyRouteComponent(mailed, "VerifyAlertAddressPage"),
});
const stopAlerts = createRoute({
  getParentRoute: () => root,
  path: "/stop-alerts",
  validateSearch: token,
  component: lazyRouteComponent(mailed, "StopAlertsPage"),
});

const invitation = createRoute({
  getParentRoute: () => root,
  path: "/invitation",
  validateSearch: token,
  component: lazyRouteComponent(() => import("../features/members/invitation-page.tsx"), "InvitationPage"),
});

/** Everything behind the login, in its frame. */
const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  beforeLoad: async ({ context, location }) => {
    try {
      await context.queries.ensureQueryData(meQuery);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      // A new visitor is not told that a session has ended.
      throw redirect({ to: "/login", search: location.href === "/" ? {} : { next: location.href } });
    }
  },
  component: Shell,
});
const board = createRoute({
  getParentRoute: () => inside,
  path: "/",
  validateSearch: boardSearch,
  component: lazyRouteComponent(() => import("../features/board/board-page.tsx"), "BoardPage"),
});
const newMonitor = createRoute({
  getParentRoute: () => inside,
  path: "/monitors/new",
  component: lazyRouteComponent(() => import("../features/monitors/new-monitor-page.tsx"), "NewMonitorPage"),
});
const monitor = createRoute({
  getParentRoute: () => inside,
  path: "/monitors/$id",
  validateSearch: monitorSearch,
  component: lazyRouteComponent(() => import("../features/monitors/monitor-page.tsx"), "MonitorPage"),
});
const editMonitor = createRoute({
  getParentRoute: () => inside,
  path: "/monitors/$id/edit",
  component: lazyRouteComponent(() => import("../features/monitors/edit-monitor-page.tsx"), "EditMonitorPage"),
});
const devices = createRoute({
  getParentRoute: () => inside,
  path: "/devices",
  validateSearch: deviceSearch,
  component: lazyRouteComponent(() => import("../features/devices/devices-page.tsx"), "DevicesPage"),
});
const fleet = createRoute({
  getParentRoute: () => inside,
  path: "/devices/analytics",
  validateSearch: fleetSearch,
  component: lazyRouteComponent(() => import("../features/devices/fleet-page.tsx"), "FleetPage"),
});
const device = createRoute({
  getParentRoute: () => inside,
  path: "/devices/$id",
  validateSearch: monitorSearch,
  component: lazyRouteComponent(() => import("../features/devices/device-page.tsx"), "DevicePage"),
});
const editDevice = createRoute({
  getParentRoute: () => inside,
  path: "/devices/$id/edit",
  component: lazyRouteComponent(() => import("../features/devices/edit-device-page.tsx"), "EditDevicePage"),
});
const sensors = createRoute({
  getParentRoute: () => inside,
  path: "/sensors",
  validateSearch: sensorSearch,
  component: lazyRouteComponent(() => import("../features/sensors/sensors-page.tsx"), "SensorsPage"),
});
const sensor = createRoute({
  getParentRoute: () => inside,
  path: "/sensors/$id",
  validateSearch: monitorSearch,
  component: lazyRouteComponent(() => import("../features/sensors/sensor-page.tsx"), "SensorPage"),
});
const editSensor = createRoute({
  getParentRoute: () => inside,
  path: "/sensors/$id/edit",
  component: lazyRouteComponent(() => import("../features/sensors/edit-sensor-page.tsx"), "EditSensorPage"),
});
const incidents = createRoute({
  getParentRoute: () => inside,
  path: "/incidents",
  validateSearch: incidentSearch,
  component: lazyRouteComponent(() => import("../features/incidents/incidents-page.tsx"), "IncidentsPage"),
});
const analytics = createRoute({
  getParentRoute: () => inside,
  path: "/analytics",
  validateSearch: analyticsSearch,
  component: lazyRouteComponent(() => import("../features/analytics/analytics-page.tsx"), "AnalyticsPage"),
});
const report = createRoute({
  getParentRoute: () => inside,
  path: "/report",
  validateSearch: reportSearch,
  component: lazyRouteComponent(() => import("../features/reports/report-page.tsx"), "ReportPage"),
});
const statusPages = createRoute({
  getParentRoute: () => inside,
  path: "/status-pages",
  component: lazyRouteComponent(() => import("../features/status-pages/status-pages-page.tsx"), "StatusPagesPage"),
});
const newStatusPage = createRoute({
  getParentRoute: () => inside,
  path: "/status-pages/new",
  component: lazyRouteComponent(() => import("../features/status-pages/edit-status-page.tsx"), "NewStatusPage"),
});
const editStatusPage = createRoute({
  getParentRoute: () => inside,
  path: "/status-pages/$id",
  component: lazyRouteComponent(() => import("../features/status-pages/edit-status-page.tsx"), "EditStatusPage"),
});
const editWindow = () => import("../features/maintenance/edit-window-page.tsx");
const maintenance = createRoute({
  getParentRoute: () => inside,
  path: "/maintenance",
  component: lazyRouteComponent(() => import("../features/maintenance/maintenance-page.tsx"), "MaintenancePage"),
});
const newWindow = createRoute({
  getParentRoute: () => inside,
  path: "/maintenance/new",
  component: lazyRouteComponent(editWindow, "NewWindowPage"),
});
const window = createRoute({
  getParentRoute: () => inside,
  path: "/maintenance/$id",
  component: lazyRouteComponent(editWindow, "EditWindowPage"),
});
const importing = createRoute({
  getParentRoute: () => inside,
  path: "/import",
  component: lazyRouteComponent(() => import("../features/imports/import-page.tsx"), "ImportPage"),
});
const settings = createRoute({
  getParentRoute: () => inside,
  path: "/settings",
  validateSearch: settingsSearch,
  component: lazyRouteComponent(() => import("../features/settings/settings-page.tsx"), "SettingsPage"),
});

const operator = createRoute({
  getParentRoute: () => inside,
  path: "/operator",
  validateSearch: operatorSearch,
  component: lazyRouteComponent(() => import("../features/operator/operator-page.tsx"), "OperatorPage"),
});

const routeTree = root.addChildren([
  login,
  register,
  forgot,
  reset,
  verify,
  verifyAlertAddress,
  stopAlerts,
  invitation,
  inside.addChildren([
    board,
    newMonitor,
    monitor,
    editMonitor,
    devices,
    fleet,
    device,
    editDevice,
    sensors,
    sensor,
    editSensor,
    incidents,
    analytics,
    report,
    statusPages,
    newStatusPage,
    editStatusPage,
    maintenance,
    newWindow,
    window,
    importing,
    settings,
    operator,
  ]),
]);

/** Every page and its address. */
export function createPages(queries: QueryClient) {
  const pages = createRouter({
    routeTree,
    context: { queries },
    basepath: new URL(API_BASE).pathname,
    defaultPreload: "intent",
    scrollRestoration: true,
    defaultNotFoundComponent: () => (
      <main aria-labelledby="title" className="mx-auto max-w-6xl px-3 py-5 sm:px-6">
        <NotFound />
      </main>
    ),
    defaultErrorComponent: ({ error, reset: again }) => (
      <div className="p-4">
        <Failed error={error instanceof Error ? error : new Error(String(error))} retry={again} />
      </div>
    ),
  });
  // Who follows a link is led to what it leads to, and told its title; not by another range or filter of the same page.
  pages.subscribe("onRendered", ({ fromLocation, pathChanged }) => {
    if (fromLocation !== undefined && pathChanged) focusMain();
  });
  return pages;
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createPages>;
  }
}
