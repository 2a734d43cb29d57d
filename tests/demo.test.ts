import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requireEmbedded } from "../scripts/demo/place.ts";
import { faultAt } from "../scripts/demo/targets.ts";
import { removePostgres } from "../scripts/servers/postgres.ts";
import { createCaller, type Caller } from "./harness/caller.ts";
import { startDemo, type DemoProcess } from "./harness/demo-process.ts";

let folder: string;
let demo: DemoProcess;
let openedAt: number;
let caller: Caller;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pulsecheck-demo-"));
  demo = startDemo({ PULSECHECK_DEMO_FOLDER: folder });
  caller = createCaller(await demo.url);
  openedAt = Date.now();
}, 120_000);
afterAll(async () => {
  demo.child.kill("SIGKILL");
  await demo.ended;
  await removePostgres(join(folder, "postgres"));
  await rm(folder, { recursive: true, force: true });
});

async function logIn(name: string): Promise<string> {
  const json = { username: `${name}@example.com`, password: "Password123!" };
  const { status, body } = await caller.call("POST", "/auth/login", { json });
  expect([name, status]).toEqual([name, 200]);
  return body.access_token;
}

test.each([
  ["admin", "ADMIN", 201],
  ["user", "USER", 201],
  ["viewer", "VIEWER", 403],
])("%s is %s of the workspace that comes first", async (name, role, status) => {
  const token = await logIn(name);
  const { body: workspaces } = await caller.call("GET", "/users/me/workspaces", { token });
  expect(workspaces.items).toMatchObject([{ name: "Demo", role, members: 3 }]);
  expect(demo.out()).toMatch(new RegExp(`${name}@example.com +${role}`));
  const json = { name: `By ${name}`, url: "http://127.0.0.1:9/", is_active: false };
  expect((await caller.call("POST", "/api/v1/monitors", { token, json })).status).toBe(status);
});

describe("a visitor finds", () => {
  const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
  const items = async (path: string) => {
    const { status, body } = await caller.call("GET", path, { token: await logIn("admin") });
    expect([path, status]).toEqual([path, 200]);
    return body.items;
  };

  test("monitors and jobs that are up, with a month of figures", async () => {
    const monitors = await items("/api/v1/monitors?limit=50&q=Checkout");
    expect(monitors).toMatchObject([{ name: "Checkout", tags: ["prod", "eu"] }]);
    const [{ id }] = monitors;
    const checks = await items(`/api/v1/monitors/${id}/checks?to=${ago(28)}&limit=5`);
    expect(checks).toHaveLength(5);
    const token = await logIn("viewer");
    const range = `from=${ago(28)}&to=${ago(0)}`;
    const { body } = await caller.call("GET", `/api/v1/analytics/latency?${range}&by=monitor&bucket=none`, { token });
    expect(body.total.count).toBeGreaterThan(100_000);
    // How long jobs run is no latency.
    expect(body.groups).toHaveLength(11);
  });

  test("incidents of each kind, with their alerts, and one that is on", async () => {
    for (const kind of ["outage", "threshold", "anomaly"])
      expect([kind, (await items(`/api/v1/incidents?kind=${kind}`)).length > 1]).toEqual([kind, true]);
    const [past] = await items("/api/v1/incidents?status=closed&kind=anomaly");
    expect(past.alerts.map(({ kind, state }: { kind: string; state: string }) => `${kind} ${state}`)).toEqual(
      expect.arrayContaining(["DOWN SENT", "UP SENT"]),
    );
    expect(await items("/api/v1/incidents?status=open&subject_type=device")).toMatchObject([{ reason: "silent" }]);
  });

  test("devices and sensors that report, with their past", async () => {
    const devices = await items("/api/v1/devices?limit=100");
    expect(devices).toHaveLength(25);
    const [sensor] = await items("/api/v1/sensors");
    expect(sensor.tags).toEqual(["prod", "eu"]);
    expect(await items(`/api/v1/sensors/${sensor.sensor_id}/readings?to=${ago(28)}&limit=3`)).toHaveLength(3);
    const newest = async () => (await items(`/api/v1/sensors/${sensor.sensor_id}/readings?limit=1`))[0].timestamp;
    const before = await newest();
    await expect.poll(newest, { timeout: 15_000 }).not.toBe(before);
  });

  test("a status page, windows, addresses, and who made them", async () => {
    const page = await fetch(`${await demo.url}/status/demo`);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining("Partner gateway")]);
    expect(await items("/api/v1/maintenance-windows")).toHaveLength(2);
    const confirmed = { is_verified: true };
    expect(await items("/api/v1/alert-addresses")).toMatchObject([confirmed, confirmed]);
    const entries = await items("/api/v1/audit?limit=100");
    expect(entries.length).toBeGreaterThan(40);
  });

  test("that Checkout goes down within a minute of the start, and comes back", { timeout: 150_000 }, async () => {
    const live = async () => (await items(`/api/v1/incidents?q=Checkout&from=${new Date(openedAt).toISOString()}`))[0];
    await expect.poll(live, { timeout: 70_000, interval: 1_000 }).toMatchObject({ reason: "http_status" });
    const { started_at, confirmed_at } = await live();
    // The fault comes 15 s after the start, not after what was made before it.
    expect(Date.parse(started_at) - openedAt).toBeGreaterThan(10_000);
    expect(Date.parse(confirmed_at) - openedAt).toBeLessThan(60_000);
    await expect.poll(async () => (await live()).ended_at, { timeout: 70_000, interval: 1_000 }).not.toBeNull();
  });
});

test("what runs says so to a second start, and SIGTERM stops all of it", async () => {
  const second = startDemo({ PULSECHECK_DEMO_FOLDER: folder });
  expect([await second.ended, second.out()]).toEqual([1, expect.stringContaining("a demo runs already")]);
  demo.child.kill("SIGTERM");
  expect([await demo.ended, demo.out()]).toEqual([0, expect.stringContaining("stopping")]);
  await expect(fetch(await demo.url)).rejects.toThrow("fetch failed");
});

test("it is refused where a database of somebody else's is named", async () => {
  const refused = startDemo({ PULSECHECK_DEMO_FOLDER: folder, DATABASE_URL: "postgresql://db.example.com/pulsecheck" });
  expect([await refused.ended, refused.out()]).toEqual([
    1,
    expect.stringContaining("embedded mode only, and DATABASE_URL is set"),
  ]);
});

test.each([
  ["REDIS_URL", "redis://redis.example.com"],
  ["NODE_ENV", "production"],
  ["ENVIRONMENT", "production"],
])("and where %s is %s", (name, value) => {
  expect(() => requireEmbedded({ [name]: value })).toThrow(`embedded mode only, and ${name} is`);
  expect(() => requireEmbedded({ [name]: "" })).not.toThrow();
});

test("it listens on this machine alone", () => {
  for (const HOST of ["0.0.0.0", "::", "192.168.1.2", "demo.example.com", "127.example.com"])
    expect(() => requireEmbedded({ HOST })).toThrow(`HOST is ${HOST}, where others can reach it`);
  for (const HOST of ["", "127.0.0.1", "127.1.2.3", "localhost", "::1"])
    expect(() => requireEmbedded({ HOST })).not.toThrow();
});

test("a fault comes when it is due, and again", () => {
  const fault = { kind: "error", firstS: 15, everyS: 100, forS: 40 } as const;
  const story = [0, 14, 15, 54, 55, 114, 115].map((elapsedS) => faultAt(fault, elapsedS));
  expect(story).toEqual([null, null, "error", "error", null, null, "error"]);
});
