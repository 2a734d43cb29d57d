import { maintainPartitions } from "@pulsecheck/db/partitions";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";

// SQL that adds the `$1`th row to a list, in alice's workspace (`w`), of her things (`m`, a cron job, `d`, `s`).
const incident = (column: string, thing: string) => `
  INSERT INTO incidents (workspace_id, ${column}, started_at, confirmed_at, ended_at, reason, detail)
  SELECT w.id, ${thing}.id, now() - $1 * interval '1 minute', now(), now(), 1, '' FROM w, ${thing}`;
const monitor = `
  WITH made AS (
    INSERT INTO monitors (workspace_id, created_by_id, name, url, interval_s, timeout_ms, expected_status, follow_redirects, max_redirects, verify_tls, failure_threshold)
    SELECT w.id, w.owner, 'monitor ' || $1 % 3, 'https://example.com/', 60, 1000, '{200}', true, 5, true, 2 FROM w RETURNING id, workspace_id)
  INSERT INTO monitor_states (monitor_id, workspace_id, shard, status)
  SELECT id, workspace_id, 0, CASE WHEN $1 % 2 = 0 THEN 'UP' ELSE 'DOWN' END::monitor_status FROM made`;
const device = `
  WITH made AS (
    INSERT INTO devices (workspace_id, device_id, created_by_id, name, location)
    SELECT w.id, 'device-' || $1, w.owner, 'device ' || $1 % 3, 'hall ' || $1 % 2 FROM w RETURNING id, workspace_id)
  INSERT INTO device_states (device_key, workspace_id, last_heard_at, look_at, battery_level)
  SELECT id, workspace_id, now(), 'infinity', nullif($1 % 3, 0) FROM made`;
const sensor = `
  WITH made AS (
    INSERT INTO sensors (workspace_id, sensor_id, created_by_id, name)
    SELECT w.id, 'sensor-' || $1, w.owner, 'sensor ' || $1 % 3 FROM w RETURNING id, workspace_id)
  INSERT INTO sensor_states (sensor_key, workspace_id, last_value) SELECT id, workspace_id, nullif($1 % 3, 0) FROM made`;
const deed = `
  INSERT INTO audit_entries (workspace_id, action, subject_type, subject_id, subject_name, subject_key)
  SELECT w.id, 'reading.corrected', 'reading', $1::text, 'reading', s.id FROM w, s`;

/** How each list gets a further row: a new list without its own fails the test. */
const LISTS: Record<string, string> = {
  "/api/v1/monitors": monitor,
  "/api/v1/board": monitor,
  "/api/v1/monitors/{id}/checks": `
    INSERT INTO checks (scheduled_at, monitor_id, delay_ms, kind, outcome, status)
    SELECT now() - $1 * interval '1 minute', m.id, 0, 's', 'o', 'U' FROM m`,
  "/api/v1/monitors/{id}/pings": `
    INSERT INTO pings (at, monitor_id, kind, method) SELECT now() - $1 % 3 * interval '1 hour', m.id, 'o', 'GET' FROM m`,
  "/api/v1/monitors/{id}/incidents": incident("monitor_id", "m"),
  "/api/v1/devices/{device_id}/incidents": incident("device_key", "d"),
  "/api/v1/sensors/{sensor_id}/incidents": incident("sensor_key", "s"),
  "/api/v1/incidents": incident("sensor_key", "s"),
  "/api/v1/devices": device,
  "/api/v1/devices/status/{status}": device,
  "/api/v1/devices/{device_id}/events": `
    INSERT INTO device_events (at, device_key, event_type) SELECT now() - $1 % 3 * interval '1 hour', d.id, 'o' FROM d`,
  "/api/v1/sensors": sensor,
  "/api/v1/sensors/{sensor_id}/readings": `
    INSERT INTO readings (at, sensor_key, value) SELECT now() - $1 % 3 * interval '1 hour', s.id, $1 FROM s`,
  "/api/v1/sensors/{sensor_id}/corrections": deed,
  "/api/v1/audit": deed,
  "/api/v1/operator/audit": `
    INSERT INTO audit_entries (action, subject_type, subject_id, subject_name) VALUES ('user.updated', 'user', $1::text, '')`,
  "/api/v1/operator/log": `
    INSERT INTO system_log (at, level, process, host, pid, message, fields)
    VALUES (now() - $1 % 3 * interval '1 hour', 'warn', 'api', '', 1, '', '{}')`,
  "/api/v1/operator/users": `
    INSERT INTO users (email, password_hash, first_name, last_name, last_login_at)
    VALUES ('user-' || $1 || '@example.com', '-', 'User', $1 % 3 || '', CASE WHEN $1 % 2 = 0 THEN now() END)`,
  "/api/v1/operator/workspaces": "INSERT INTO workspaces (name) VALUES ('workspace ' || $1 % 3)",
  "/api/v1/status-pages": `
    INSERT INTO status_pages (workspace_id, slug, title) SELECT w.id, 'page-' || $1, 'page ' || $1 % 3 FROM w`,
  "/api/v1/imports": `
    INSERT INTO imports (workspace_id, kind, name, is_dry_run, created_by_id, created_at)
    SELECT w.id, 'url_list', 'file ' || $1, true, w.owner, now() - $1 % 3 * interval '1 hour' FROM w`,
  "/api/v1/alert-addresses": `
    INSERT INTO alert_addresses (workspace_id, email, created_at)
    SELECT w.id, $1 || '@example.com', now() - $1 % 3 * interval '1 hour' FROM w`,
  "/api/v1/api-keys": `
    INSERT INTO api_keys (workspace_id, created_by_id, name, role, key_hash, prefix)
    SELECT w.id, w.owner, 'key ' || $1 % 3, 'VIEWER', 'hash ' || $1, 'pc_' FROM w`,
  "/api/v1/members": `
    WITH made AS (
      INSERT INTO users (email, password_hash, first_name, last_name)
      VALUES ('member-' || $1 || '@example.com', '-', 'Bob', 'Example') RETURNING id)
    INSERT INTO memberships (workspace_id, user_id, role) SELECT w.id, made.id, 'USER' FROM w, made`,
  "/api/v1/invitations": `
    INSERT INTO invitations (workspace_id, email, role, invited_by_id, token_id, expires_at)
    SELECT w.id, 'invited-' || $1 || '@example.com', 'USER', w.owner, gen_random_uuid(), now() + interval '1 day' FROM w`,
  "/api/v1/channels": `
    INSERT INTO alert_channels (workspace_id, kind, name, config, outline)
    SELECT w.id, 'webhook', 'channel ' || $1 % 3, '', '{}' FROM w`,
  "/api/v1/channels/{id}/deliveries": `
    WITH i AS (
      INSERT INTO incidents (workspace_id, monitor_id, started_at, confirmed_at, ended_at, reason, detail)
      SELECT w.id, m.id, now(), now(), now(), 1, '' FROM w, m RETURNING id)
    INSERT INTO deliveries (kind, recipient, channel_id, incident_id, due_at)
    SELECT 'DOWN', $1::text, c.id, i.id, now() FROM i, (SELECT id FROM alert_channels ORDER BY created_at LIMIT 1) AS c`,
  "/api/v1/maintenance-windows": `
    INSERT INTO maintenance_windows (workspace_id, name, schedule)
    SELECT w.id, 'window ' || $1 % 3, '{"kind": "once", "starts_at": "2026-01-01T00:00:00Z", "ends_at": "2026-01-01T01:00:00Z"}' FROM w`,
  "/users/me/workspaces": `
    WITH made AS (INSERT INTO workspaces (name) VALUES ('workspace ' || $1 % 3) RETURNING id)
    INSERT INTO memberships (workspace_id, user_id, role) SELECT made.id, w.owner, 'USER' FROM w, made`,
  "/users/me/sessions": `
    INSERT INTO sessions (id_hash, user_id, expires_at) SELECT 'hash ' || $1, w.owner, now() + interval '1 day' FROM w`,
  "/dev/mails": "INSERT INTO dev_mails (recipient, subject, html, text) VALUES ($1::text, '', '', '')",
};

const SERIES = "a series, as long as it is: only the order of time has an index, and a range narrows it";
const LOG = "a log: it is read as it was written";

/** Lists that can be sorted one way alone, and why; each other one has two columns or more. */
const ONE_ORDER: Record<string, string> = {
  "/api/v1/board": "what is down comes first, always",
  "/api/v1/monitors/{id}/checks": SERIES,
  "/api/v1/monitors/{id}/pings": SERIES,
  "/api/v1/devices/{device_id}/events": SERIES,
  "/api/v1/sensors/{sensor_id}/readings": SERIES,
  "/api/v1/sensors/{sensor_id}/corrections": LOG,
  "/api/v1/audit": LOG,
  "/api/v1/operator/audit": LOG,
  "/api/v1/operator/log": LOG,
  "/dev/mails": "for developers: what was kept last",
};

/** Lists without a filter, and why. */
const UNFILTERED: Record<string, string> = { "/dev/mails": "for developers: what was kept last" };

/** It answers for those that it is asked for by their ids: there are no pages of it. */
const NO_LISTS = ["/api/v1/monitors/glance"];

const ROWS = 5;

type Operation = {
  parameters?: { name: string; in: string; schema: { pattern?: string; enum?: string[] } }[];
  responses: Record<string, { content?: Record<string, { schema: { properties?: object } }> }>;
};

let house: House;
let alice: Person;
let lists: Map<string, Operation>;
let added = 0;
beforeAll(async () => {
  house = await openHouse({ worker: false });
  alice = await house.register("alice");
  await maintainPartitions(house.db, new Date(), 30);
  const { body } = await house.call("GET", "/openapi.json");
  const routes = Object.entries<Record<string, Operation>>(body.paths);
  lists = new Map(
    routes.flatMap(([path, { get }]) =>
      get !== undefined && isList(get) && !NO_LISTS.includes(path) ? [[path, get]] : [],
    ),
  );
  await house.addMonitor(alice, { kind: "cron", url: undefined, schedule: "@daily", interval: undefined });
  const report = (path: string, json: unknown) => house.call("POST", path, { token: alice.token, json });
  await report("/api/v1/heartbeat", { device_id: "a-device" });
  await report("/api/v1/sensors", { sensor_id: "a-sensor", value: 1 });
  await add("/api/v1/channels");
});
afterAll(() => house.stop());

function isList({ responses }: Operation): boolean {
  const fields = Object.keys(responses["200"]?.content?.["application/json"]?.schema.properties ?? {});
  return fields.includes("items");
}

async function add(path: string): Promise<void> {
  added += 1;
  const sql = (LISTS[path] ?? "").replaceAll("$1", `(${added}::int)`);
  await house.db.pool.query(
    `WITH w AS (SELECT workspace_id AS id, user_id AS owner FROM memberships ORDER BY created_at LIMIT 1),
       m AS (SELECT monitor_id AS id FROM cron_jobs LIMIT 1), d AS (SELECT id FROM devices ORDER BY id LIMIT 1),
       s AS (SELECT id FROM sensors ORDER BY id LIMIT 1)
     ${sql.trimStart().replace(/^WITH /, ", ")}`,
  );
}

async function addressOf(path: string): Promise<string> {
  if (!path.includes("{")) return path;
  const parent = path.slice(0, path.indexOf("/{"));
  if (path.includes("{status}")) return path.replace("{status}", "online");
  const query = parent.endsWith("/monitors") ? "?kind=cron" : "?sort=created_at";
  const { body } = await house.call("GET", parent + query, { token: alice.token });
  const [first] = body.items;
  return path.replaceAll(/\{\w+\}/g, first.device_id ?? first.sensor_id ?? first.id);
}

type Item = Record<string, unknown>;
const keyOf = (item: Item) => String(item["id"] ?? item["user_id"] ?? item["device_id"] ?? item["sensor_id"]);

async function readAll(address: string, query: string, between: () => Promise<unknown> = async () => undefined) {
  const keys: string[] = [];
  for (let cursor: string | null = ""; cursor !== null; await between()) {
    const { status, body } = await house.call("GET", `${address}?${query}${cursor && `&cursor=${cursor}`}`, {
      token: alice.token,
    });
    expect([query, status]).toEqual([query, 200]);
    keys.push(...body.items.map(keyOf));
    cursor = body.next_cursor;
  }
  return keys;
}

const sortOf = (path: string) =>
  lists
    .get(path)
    ?.parameters?.find(({ name }) => name === "sort")
    ?.schema.pattern?.match(/\(\?:(.*?)\)/)?.[1] ?? "";

const columnsOf = (path: string) =>
  sortOf(path)
    .split("|")
    .filter((column) => column !== "");

test("the table above has a row for every list", () => {
  expect([...lists.keys()].toSorted()).toEqual(Object.keys(LISTS).toSorted());
});

test("each list has two columns to sort by and a filter, or says why not", () => {
  const single = [...lists.keys()].filter((path) => columnsOf(path).length < 2);
  expect(single.toSorted()).toEqual(Object.keys(ONE_ORDER).toSorted());
  const usual = ["limit", "cursor", "sort", "total"];
  const unfiltered = [...lists].filter(([, { parameters = [] }]) =>
    parameters.every(({ in: where, name }) => where !== "query" || usual.includes(name)),
  );
  expect(unfiltered.map(([path]) => path)).toEqual(Object.keys(UNFILTERED));
});

describe.each(Object.keys(LISTS))("GET %s", (path) => {
  let address: string;
  beforeAll(async () => {
    for (let i = 0; i < ROWS; i += 1) await add(path);
    address = await addressOf(path);
  });

  test("takes limit and cursor, and refuses a cursor that it did not write", async () => {
    const names = lists.get(path)?.parameters?.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["limit", "cursor"]));
    for (const cursor of ["", "x", btoa('{"sort":"x","after":[]}')]) {
      const { status, body } = await house.call("GET", `${address}?cursor=${cursor}`, { token: alice.token });
      expect([cursor, status, body.errors]).toMatchObject([cursor, 400, [{ field: "cursor" }]]);
    }
  });

  test.each([1, 2, 3])("holds each row once while others come, %i a page", async (limit) => {
    const before = await readAll(address, "limit=100");
    expect(before.length).toBeGreaterThanOrEqual(ROWS);
    let coming = 4;
    const keys = await readAll(address, `limit=${limit}`, async () => {
      coming -= 1;
      if (coming > 0) await add(path);
    });
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.filter((key) => before.includes(key))).toEqual(before);
  });

  test("shows by a filter that is named after a field all that hold its value, and nothing for text that is nowhere", async () => {
    const read = async (query: string): Promise<Item[]> => {
      const { status, body } = await house.call("GET", `${address}?limit=100&${query}`, { token: alice.token });
      expect([query, status]).toEqual([query, 200]);
      return body.items;
    };
    const all = await read("");
    for (const { name, in: where, schema } of lists.get(path)?.parameters ?? []) {
      if (where !== "query") continue;
      if (name === "q") expect(await read("q=nothing-of-this-kind")).toEqual([]);
      const values = name.startsWith("is_") ? ["true", "false"] : (schema.enum ?? []);
      if (!all.every((item) => name in item)) continue;
      for (const value of values) {
        const matching = all.filter((item) => String(item[name]) === value);
        expect([name, value, (await read(`${name}=${value}`)).map(keyOf)]).toEqual([name, value, matching.map(keyOf)]);
      }
    }
  });

  test("is sorted by each column, and by several, to and fro", async () => {
    const columns = columnsOf(path);
    const several = columns.length > 1 ? [columns.slice(0, 3).map((one, i) => (i % 2 === 0 ? one : `-${one}`))] : [];
    for (const sort of [...columns.map((column) => [column]), ...several]) {
      const fro = sort.map((one) => (one.startsWith("-") ? one.slice(1) : `-${one}`));
      const keys = await readAll(address, `limit=4&sort=${sort.join(",")}`);
      expect(new Set(keys).size).toBe(keys.length);
      expect(keys.length).toBeGreaterThanOrEqual(ROWS);
      expect((await readAll(address, `limit=100&sort=${fro.join(",")}`)).toReversed()).toEqual(keys);
    }
    const { status, body } = await house.call("GET", `${address}?sort=nothing`, { token: alice.token });
    expect([status, body.errors]).toMatchObject([400, [{ field: "sort" }]]);
  });
});
