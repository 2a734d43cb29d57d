import type { OpenAPIHono } from "@hono/zod-openapi";
import { checkSchema, monitorStatusSchema, reasonSchema } from "@pulsecheck/shared/check";
import { DEVICE_EVENT_TYPES, deviceSchema, deviceStatusSchema } from "@pulsecheck/shared/device";
import { deviceMessageSchema } from "@pulsecheck/shared/device-message";
import { importSummarySchema } from "@pulsecheck/shared/import";
import { incidentSchema } from "@pulsecheck/shared/incident";
import type { LiveEvent } from "@pulsecheck/shared/live-events";
import { dashboardMessageSchema } from "@pulsecheck/shared/live-message";
import { monitorSchema } from "@pulsecheck/shared/monitor";
import { PING_KINDS } from "@pulsecheck/shared/ping";
import type { Access } from "@pulsecheck/shared/role";
import { readingSchema, sensorSchema } from "@pulsecheck/shared/sensor";
import { z } from "zod";
import type { ApiEnv } from "../context.ts";
import { defineRoute } from "../http/route.ts";

type EventType = LiveEvent["type"];
type DataOf<T, E = LiveEvent> = E extends { type: infer U; data: infer D } ? (T extends U ? D : never) : never;

const at = z.iso.datetime();
const device = { device_id: z.string() };
const heard = {
  ...device,
  status: deviceStatusSchema,
  battery_level: z.number().nullable(),
  signal_strength: z.number().nullable(),
  at,
};

/** What each event says: an event without its row, or with other fields, does not compile. */
const DATA: { [T in EventType]: z.ZodType<DataOf<T>> } = {
  "monitor.status": z.object({
    monitor_id: z.uuid(),
    status: monitorStatusSchema,
    previous: monitorStatusSchema,
    reason: reasonSchema.nullable(),
    detail: z.string().nullable(),
    at,
  }),
  "monitor.checked": checkSchema,
  "monitor.pinged": z.object({ monitor_id: z.uuid(), kind: z.enum(PING_KINDS), at }),
  "monitor.created": monitorSchema,
  "monitor.updated": monitorSchema,
  "monitor.deleted": z.object({ id: z.uuid() }),
  "incident.opened": incidentSchema,
  "incident.closed": incidentSchema,
  "incident.updated": incidentSchema,
  "device.created": deviceSchema,
  "device.updated": deviceSchema,
  "device.deleted": z.object(device),
  "device.event": z.object({ ...device, event_type: z.enum(DEVICE_EVENT_TYPES), at }),
  "device.status": z.object({ ...heard, previous: deviceStatusSchema }),
  "device.heartbeat": z.object({ ...heard, heartbeats: z.int().describe("How many it has sent so far") }),
  "sensor.created": sensorSchema,
  "sensor.updated": sensorSchema,
  "sensor.deleted": z.object({ sensor_id: z.string() }),
  "sensor.reading": readingSchema,
  "maintenance.changed": z.object({
    until: at.nullable().describe("Null: it is over"),
    monitor_ids: z.array(z.uuid()),
    device_ids: z.array(z.string()),
  }),
  "maintenance_window.changed": z.object({ id: z.uuid() }),
  "import.changed": importSummarySchema.pick({
    id: true,
    kind: true,
    state: true,
    is_dry_run: true,
    rows: true,
    rows_done: true,
  }),
};
const EVENT_TYPES = Object.keys(DATA) as EventType[];

const count = z.int();
const SNAPSHOTS = {
  dashboard: z.object({
    counts: z.object({ total: count, up: count, down: count, unknown: count, paused: count, open_incidents: count }),
    open_incidents: z.array(incidentSchema).describe("The newest 100"),
    seq: count,
  }),
  monitor: monitorSchema,
  sensors: z.object({ readings: z.array(readingSchema).describe("The latest of each sensor"), seq: count }),
};

const seq = z.int().describe("Of the frame: `?since=` it catches up after a lost connection");
const frame = (type: string, data: z.ZodType) => z.object({ type: z.literal(type), at, seq, data });
const framesOf = (snapshot: z.ZodType, types: readonly EventType[]) =>
  z.union([frame("snapshot", snapshot), ...types.map((type) => frame(type, DATA[type]))]);

const SCHEMAS = {
  DashboardMessage: dashboardMessageSchema,
  DashboardFrame: framesOf(
    SNAPSHOTS.dashboard,
    EVENT_TYPES.filter((type) => type !== "sensor.reading"),
  ),
  MonitorFrame: framesOf(SNAPSHOTS.monitor, ["monitor.status", "monitor.checked", "monitor.pinged"]),
  SensorFrame: framesOf(SNAPSHOTS.sensors, ["sensor.reading"]),
  DeviceMessage: deviceMessageSchema,
  SocketError: z.object({ type: z.literal("error"), detail: z.string() }).describe("A message that was not taken"),
};
type Name = keyof typeof SCHEMAS;

type Socket = { path: string; caller: Access; summary: string; sends: Name; takes?: Name; request?: object };

const ticket = { token: z.string().optional().describe("A ticket, where no header can be sent") };
const since = z.string().regex(/^\d{1,16}$/);
const query = { ...ticket, since: since.optional().describe("The `seq` of the last frame that was seen") };

const SOCKETS: readonly Socket[] = [
  {
    path: "/api/v1/ws/dashboard",
    caller: "read",
    summary: "Whatever changes in the workspace; checks and heartbeats of what was subscribed to",
    sends: "DashboardFrame",
    takes: "DashboardMessage",
  },
  {
    path: "/api/v1/ws/sensors",
    caller: "read",
    summary: "Readings, as they come",
    sends: "SensorFrame",
    request: { query: z.strictObject({ ...query, sensor_id: z.string().optional().describe("Of this sensor alone") }) },
  },
  {
    path: "/api/v1/ws/{monitor_id}",
    caller: "read",
    summary: "One monitor: each check, and each change of status",
    sends: "MonitorFrame",
    request: { params: z.strictObject({ monitor_id: z.uuid() }), query: z.strictObject(query) },
  },
  {
    path: "/api/v1/ws/device",
    caller: "report",
    summary: "Devices report: connected, heartbeats, disconnected. The socket's end is their disconnect",
    sends: "SocketError",
    takes: "DeviceMessage",
    request: { query: z.strictObject(ticket) },
  },
];

const CLOSES = "Close codes: 4401 the access has ended, 4408 too slow, 1001 going away (connect again).";

/** Describes the WebSockets (`live-routes.ts`, `device-socket.ts`) as the GETs that they begin with. */
export function describeSockets({ openAPIRegistry: registry }: OpenAPIHono<ApiEnv>): void {
  for (const [name, schema] of Object.entries(SCHEMAS)) registry.register(name, schema);
  for (const { path, caller, summary, sends, takes, request = { query: z.strictObject(query) } } of SOCKETS) {
    const says = takes === undefined ? "It takes no messages." : `It takes \`${takes}\`, as text.`;
    const responses = { 101: { description: `A WebSocket: each of its messages is a \`${sends}\`` } };
    const about = { path, tags: ["Live"], summary, description: `${says} ${CLOSES}` };
    const route = defineRoute(caller, { method: "get", ...about, request, responses }, [404, 426, 429]);
    const { middleware: _middleware, ...described } = route;
    registry.registerPath({
      ...described,
      "x-sends": refer(sends),
      ...(takes === undefined ? {} : { "x-takes": refer(takes) }),
    });
  }
}

function refer(name: Name) {
  return { $ref: `#/components/schemas/${name}` };
}
