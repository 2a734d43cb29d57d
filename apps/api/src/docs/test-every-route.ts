import { maintainPartitions } from "@pulsecheck/db/partitions";
import type { Answer, Person } from "../../../../tests/harness/caller.ts";
import type { Role } from "@pulsecheck/shared/role";
import { openHouse, type House } from "../../../../tests/harness/house.ts";

const NIGHTLY = { kind: "daily", time: "02:00", duration_s: 3_600 };

/** A good body for each operation that takes one: a new route without its row fails the test. */
export const BODIES: Record<string, unknown> = {
  "PATCH /users/me": { first_name: "Alice" },
  "POST /api/v1/api-keys": { name: "a key", role: "VIEWER" },
  "PATCH /api/v1/workspace": { name: "a workspace" },
  "POST /users/me/workspaces": { name: "a workspace" },
  "POST /users/me/invitations/accept": { token: "worthless" },
  "POST /api/v1/invitations": { email: "taken@example.com", role: "ADMIN" },
  "PATCH /api/v1/members/{user_id}": { role: "VIEWER" },
  "POST /api/v1/alert-addresses": { email: "taken@example.com" },
  "POST /api/v1/channels": { kind: "slack", name: "a channel", config: { url: "https://example.com/hook" } },
  "PATCH /api/v1/channels/{id}": { name: "taken over" },
  "POST /api/v1/imports": { monitorList: [] },
  "POST /api/v1/monitors": { url: "https://example.com/", name: "a monitor" },
  "PATCH /api/v1/monitors/{id}": { name: "taken over" },
  "POST /api/v1/heartbeat": { device_id: "a-device" },
  "PATCH /api/v1/devices/{device_id}": { name: "taken over" },
  "POST /api/v1/sensors": { sensor_id: "a-sensor", value: 1 },
  "PATCH /api/v1/sensors/{sensor_id}": { name: "taken over" },
  "PATCH /api/v1/sensors/{sensor_id}/readings/{id}": { value: 2 },
  "POST /api/v1/status-pages": { slug: "taken", title: "a page" },
  "PATCH /api/v1/status-pages/{id}": { title: "taken over" },
  "POST /api/v1/maintenance-windows": { name: "a window", targets: { everything: true }, schedule: NIGHTLY },
  "POST /api/v1/maintenance-windows/preview": { schedule: NIGHTLY },
  "PATCH /api/v1/maintenance-windows/{id}": { name: "taken over" },
  "PUT /api/v1/reports/monthly-mail": { is_wanted: true },
  "PATCH /api/v1/operator/users/{id}": { is_active: false },
  "PATCH /api/v1/operator/workspaces/{id}": { max_monitors: 1 },
  "PATCH /api/v1/operator/workspaces/{id}/members/{user_id}": { role: "ADMIN" },
  "POST /api/v1/operator/queues/{queue}/retry": {},
};

export type Route = { name: string; method: string; path: string; caller: string; takesBody: boolean };
type Row = { id: string };

/** A house in which alice, the operator, has one of everything, and all its routes. */
export type EveryRoute = {
  house: House;
  alice: Person;
  charlie: Person;
  /** Keys of alice's workspace. */
  keys: Record<Role, string>;
  routes: readonly Route[];
  /** Those behind the auth line. */
  guarded: readonly Route[];
  /** Alice's own things, by the path that names one of them. */
  ids: Record<string, string>;
  /** A good query for each operation that needs one, with alice's ids. */
  queries: Record<string, string>;
  /** Where a route is: with alice's ids, and a good query. */
  addressOf(route: Route): string;
  /** Calls a route there with a good body, and answers its name and status. */
  callRoute(route: Route, token?: string, headers?: Record<string, string>): Promise<string>;
};

export async function openEveryRoute(): Promise<EveryRoute> {
  const house = await openHouse({ worker: false });
  const [alice, charlie] = [await house.register("alice"), await house.register("charlie")];
  const key = (role: Role) => house.createKey(alice, role);
  const keys = {
    ADMIN: await key("ADMIN"),
    USER: await key("USER"),
    VIEWER: await key("VIEWER"),
    INGEST: await key("INGEST"),
  };
  const monitor = await house.addMonitor(alice, { url: "https://example.com/", is_active: false });
  await addIncident(house, monitor.id);
  await maintainPartitions(house.db, new Date(), 30);
  await addThings((path, json) => house.call("POST", path, { token: alice.token, json }));
  const ids: Record<string, string> = {
    ...(await readIds((path) => house.call("GET", path, { token: alice.token }), monitor.id)),
    "/api/v1/members/": alice.id,
    // Somebody whom alice, the operator, may disable.
    "/api/v1/operator/users/": (await house.register("dora")).id,
  };
  const queries: Record<string, string> = {
    "GET /api/v1/monitors/glance": `?ids=${monitor.id}`,
    "GET /api/v1/schedules/next": "?schedule=@daily",
    "POST /api/v1/imports": "?kind=uptime_kuma",
  };
  const routes = await readRoutes(house);
  function addressOf({ name, path }: Route): string {
    const prefix = path.slice(0, path.indexOf("{"));
    const filled = path
      .replace("{status}", "online")
      .replace("{queue}", "checks")
      .replace("{kind}", "url_list")
      .replaceAll(/\{\w+\}/g, ids[prefix] ?? "");
    return filled + (queries[name] ?? "");
  }
  return {
    house,
    alice,
    charlie,
    keys,
    routes,
    guarded: routes.filter(({ caller }) => caller !== "public"),
    ids,
    queries,
    addressOf,
    async callRoute(route, token, headers = {}) {
      const { name, method, takesBody } = route;
      const json = takesBody ? { json: BODIES[name] } : {};
      const { status } = await house.call(method, addressOf(route), { token, headers, ...json });
      return `${name}: ${status}`;
    },
  };
}

/** The monitor is never checked: what happened to it is written here. */
async function addIncident({ db }: House, monitorId: string): Promise<void> {
  const { id, workspaceId } = await db.prisma.monitor.findUniqueOrThrow({ where: { publicId: monitorId } });
  const at = new Date();
  const incident = { workspaceId, monitorId: id, startedAt: at, confirmedAt: at, reason: 1, detail: "" };
  await db.prisma.incident.create({ data: incident });
}

/** One of what is made by a request alone. */
async function addThings(post: (path: string, json: unknown) => Promise<unknown>): Promise<void> {
  const page = { slug: "alices-page", title: "alice's page" };
  await post("/api/v1/status-pages", page);
  await post("/api/v1/alert-addresses", { email: "alices@example.com" });
  const channel = { kind: "slack", name: "alice's channel", config: { url: "https://example.com/hook" } };
  await post("/api/v1/channels", channel);
  const window = { name: "a window", targets: { everything: true }, schedule: NIGHTLY };
  await post("/api/v1/maintenance-windows", window);
  const invitation = { email: "invited@example.com", role: "USER" };
  await post("/api/v1/invitations", invitation);
  await post("/api/v1/imports?kind=uptime_kuma", { monitorList: [] });
  await post("/api/v1/heartbeat", { device_id: "alices-device" });
  await post("/api/v1/sensors", { sensor_id: "4815162342", value: 1 });
}

async function readIds(get: (path: string) => Promise<Answer>, monitorId: string): Promise<Record<string, string>> {
  const first = async (path: string) => (await get(path)).body.items[0] as Row;
  return {
    "/api/v1/monitors/": monitorId,
    "/api/v1/devices/": "alices-device",
    // A number: it stands in the place of a reading's id as well.
    "/api/v1/sensors/": "4815162342",
    "/api/v1/status-pages/": (await first("/api/v1/status-pages")).id,
    "/api/v1/maintenance-windows/": (await first("/api/v1/maintenance-windows")).id,
    "/api/v1/alert-addresses/": (await first("/api/v1/alert-addresses")).id,
    "/api/v1/channels/": (await first("/api/v1/channels")).id,
    "/api/v1/imports/": (await first("/api/v1/imports")).id,
    "/api/v1/invitations/": (await first("/api/v1/invitations")).id,
    "/api/v1/api-keys/": (await first("/api/v1/api-keys")).id,
    "/users/me/sessions/": (await first("/users/me/sessions")).id,
    "/api/v1/operator/workspaces/": (await get("/api/v1/workspace")).body.id,
  };
}

async function readRoutes(house: House): Promise<Route[]> {
  type Operation = { "x-caller": string; requestBody?: unknown; responses: object };
  const { body } = await house.call("GET", "/openapi.json");
  return Object.entries<Record<string, Operation>>(body.paths).flatMap(([path, methods]) =>
    // Sockets are no routes: their own tests connect to them.
    Object.entries(methods)
      .filter(([, { responses }]) => !("101" in responses))
      .map(([method, operation]) => ({
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        caller: operation["x-caller"],
        takesBody: operation.requestBody !== undefined,
      })),
  );
}

/** Does the path name one of alice's things? A status is nobody's. */
export const namesThing = ({ path }: Pick<Route, "path">): boolean => /\{\w*id\}/.test(path);
