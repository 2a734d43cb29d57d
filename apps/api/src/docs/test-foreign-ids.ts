import { randomUUID } from "node:crypto";
import { BODIES } from "./test-every-route.ts";

/** What an id can name. */
export type Named = "monitor" | "device" | "sensor" | "person" | "key" | "ping";

/** A good query, or a good body, with these ids in it. */
type Request = { query: string } | { json: object };

export type ForeignId = {
  of: Named;
  /** The answer to whoever names another workspace's; 200: as if it were nowhere. */
  status: 200 | 400 | 404 | 409;
  ask: (ids: readonly string[]) => Request;
  /** It takes several: one's own beside it change nothing. */
  isList?: true;
};

const inQuery = (of: Named, name: string, status: 200 | 404): ForeignId => ({
  of,
  status,
  ask: (ids) => ({ query: `?${name}=${ids.join(",")}` }),
});

const job = { kind: "cron", name: "a job", schedule: "@daily" };
const inJob = (beside: object): ForeignId => ({
  of: "ping",
  status: 409,
  ask: ([id]) => ({ json: { ...beside, ping_id: id } }),
});
const inTargets = (of: "monitor" | "device", beside: object): ForeignId => ({
  of,
  status: 400,
  isList: true,
  ask: (ids) => ({ json: { ...beside, targets: { [`${of}_ids`]: ids } } }),
});
const inPage = (beside: () => object): ForeignId => ({
  of: "monitor",
  status: 400,
  isList: true,
  ask: (ids) => ({ json: { ...beside(), groups: [{ name: "", components: ids.map((id) => ({ monitor_id: id })) }] } }),
});

const window = BODIES["POST /api/v1/maintenance-windows"] as object;
const page = () => ({ slug: `page-${randomUUID()}`, title: "a page" });

/** Each id that a query or a body may name: a new one without its row fails the test. */
export const FOREIGN_IDS: Record<string, ForeignId> = {
  "GET /api/v1/analytics/battery ?id": inQuery("device", "id", 404),
  "GET /api/v1/analytics/latency ?id": inQuery("monitor", "id", 404),
  "GET /api/v1/analytics/readings ?id": inQuery("sensor", "id", 404),
  "GET /api/v1/analytics/signal ?id": inQuery("device", "id", 404),
  "GET /api/v1/audit ?subject_id": inQuery("monitor", "subject_id", 200),
  "GET /api/v1/audit ?user_id": inQuery("person", "user_id", 200),
  "GET /api/v1/audit ?api_key_id": inQuery("key", "api_key_id", 200),
  "GET /api/v1/devices/analytics ?device_id": inQuery("device", "device_id", 404),
  "GET /api/v1/exports/audit ?subject_id": inQuery("monitor", "subject_id", 200),
  "GET /api/v1/exports/audit ?user_id": inQuery("person", "user_id", 200),
  "GET /api/v1/exports/audit ?api_key_id": inQuery("key", "api_key_id", 200),
  "GET /api/v1/exports/checks ?monitor_id": inQuery("monitor", "monitor_id", 404),
  "GET /api/v1/exports/readings ?sensor_id": inQuery("sensor", "sensor_id", 404),
  "GET /api/v1/monitors/glance ?ids": { ...inQuery("monitor", "ids", 200), isList: true },
  "POST /api/v1/maintenance-windows targets.monitor_ids": inTargets("monitor", window),
  "POST /api/v1/maintenance-windows targets.device_ids": inTargets("device", window),
  "PATCH /api/v1/maintenance-windows/{id} targets.monitor_ids": inTargets("monitor", {}),
  "PATCH /api/v1/maintenance-windows/{id} targets.device_ids": inTargets("device", {}),
  "POST /api/v1/monitors ping_id": inJob(job),
  "PATCH /api/v1/monitors/{id} ping_id": inJob({}),
  "POST /api/v1/status-pages groups[].components[].monitor_id": inPage(page),
  "PATCH /api/v1/status-pages/{id} groups[].components[].monitor_id": inPage(() => ({})),
};

/** Ids that cannot name what is another workspace's, and why. */
export const NO_FOREIGN_IDS: Record<string, string> = {
  "POST /api/v1/channels config.chat_id": "of a service that is not ours",
  "POST /api/v1/heartbeat device_id": "the reporter's own: another thing under the same id",
  "POST /api/v1/sensors sensor_id": "the reporter's own: another thing under the same id",
  "POST /api/v1/sensors [].sensor_id": "the reporter's own: another thing under the same id",
  "GET /api/v1/ws/sensors ?sensor_id": "a socket: tried by the sensors' own test",
  "GET /api/v1/exports/operator-audit ?subject_id": "operators see all",
  "GET /api/v1/exports/operator-audit ?user_id": "operators see all",
  "GET /api/v1/exports/operator-audit ?api_key_id": "operators see all",
  "GET /api/v1/operator/audit ?subject_id": "operators see all",
  "GET /api/v1/operator/audit ?user_id": "operators see all",
  "GET /api/v1/operator/audit ?api_key_id": "operators see all",
  "POST /api/v1/operator/queues/{queue}/retry job_id": "operators see all",
};

type Schema = {
  $ref?: string;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
};
type Operation = {
  "x-caller": string;
  parameters?: { name: string; in: string }[];
  requestBody?: { content: Record<string, { schema?: Schema }> };
};
export type ApiDocument = {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};

const isId = (name: string) => /(^|_)ids?$/.test(name);

/** Whatever is named like an id in the queries and bodies of guarded routes, as `METHOD /path where.it.stands`. */
export function findIds({ paths, components }: ApiDocument): string[] {
  function inSchema(schema: Schema = {}, where = ""): string[] {
    const { $ref, anyOf = [], oneOf = [], allOf = [], items, properties = {} } = schema;
    if ($ref !== undefined) return inSchema(components.schemas[$ref.split("/").at(-1) ?? ""], where);
    return [
      ...[...anyOf, ...oneOf, ...allOf].flatMap((one) => inSchema(one, where)),
      ...(items === undefined ? [] : inSchema(items, `${where}[]`)),
      ...Object.entries(properties).flatMap(([name, field]) => {
        const here = where === "" ? name : `${where}.${name}`;
        return [...(isId(name) ? [here] : []), ...inSchema(field, here)];
      }),
    ];
  }
  const found = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { "x-caller": caller, parameters = [], requestBody }]) => {
      if (caller === "public") return [];
      const queries = parameters.filter((one) => one.in === "query" && isId(one.name)).map(({ name }) => `?${name}`);
      const bodies = Object.values(requestBody?.content ?? {}).flatMap(({ schema }) => inSchema(schema));
      return [...queries, ...bodies].map((where) => `${method.toUpperCase()} ${path} ${where}`);
    }),
  );
  return [...new Set(found)].toSorted();
}
