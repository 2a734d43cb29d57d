import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";
import { joinLive } from "../../../../tests/harness/live-client.ts";

let house: House;
let alice: Person;
beforeAll(async () => {
  house = await openHouse({ worker: false });
  alice = await house.register("alice");
});
afterAll(() => house.stop());

/** Asks until it is so: the worker gives its sign of life by itself. */
async function readyIs(status: number) {
  for (;;) {
    const answer = await house.call("GET", "/ready");
    if (answer.status === status) return answer.body;
  }
}

test("/health tells that the process is alive, to anyone", async () => {
  expect(await house.call("GET", "/health")).toMatchObject({ status: 200, body: { status: "ok" } });
});

test("/ready is 503 without a worker, 200 with one, and 503 again when it has stopped", async () => {
  const before = await house.call("GET", "/ready");
  expect(before.status).toBe(503);
  expect(before.body).toMatchObject({ status: "not ready", database: "ok", queue: "not consumed", workers: 0 });
  const worker = await house.startWorker();
  expect(await readyIs(200)).toMatchObject({ status: "ready", queue: "consumed", workers: 1, broker: "postgres" });
  await worker.stop();
  expect(await readyIs(503)).toMatchObject({ queue: "not consumed", workers: 0 });
});

test("/ready is 503 where workers live but the queue is not consumed", async () => {
  const now = new Date();
  const longAgo = new Date(Date.now() - 60_000);
  const data = {
    id: crypto.randomUUID(),
    host: "h",
    pid: 1,
    startedAt: longAgo,
    lastSeenAt: now,
    lastTickAt: longAgo,
    lagMs: 0,
  };
  await house.db.prisma.workerProcess.create({ data });
  onTestFinished(async () => void (await house.db.prisma.workerProcess.delete({ where: { id: data.id } })));
  const { status, body } = await house.call("GET", "/ready");
  expect(status).toBe(503);
  expect(body).toMatchObject({ database: "ok", queue: "not consumed", workers: 1 });
});

describe("/metrics", () => {
  test("tells what the instance does, and no label or value names a tenant", async () => {
    const running = await openHouse();
    onTestFinished(() => running.stop());
    const owner = await running.register("eve-the-tenant");
    const monitor = await running.addMonitor(owner, {
      url: "http://127.0.0.1:9/tenant-path",
      name: "tenant-name",
      tags: ["tenant-tag"],
      is_active: false,
    });
    const dashboard = await joinLive(`${running.url}/api/v1/ws/dashboard`, { Authorization: `Bearer ${owner.token}` });
    await running.checkNow(owner, monitor.id);
    const { status, body, headers } = await running.call("GET", "/metrics");
    expect([status, headers.get("content-type")]).toEqual([200, expect.stringContaining("text/plain")]);
    for (const line of [
      "pulsecheck_sockets 1",
      'pulsecheck_monitors{status="UNKNOWN"} 1',
      "pulsecheck_incidents_open 0",
      "pulsecheck_deliveries_waiting",
      "pulsecheck_schedule_lag_seconds",
      "pulsecheck_queue_jobs{queue=",
    ])
      expect(body).toContain(line);
    expect(body).not.toMatch(/[\da-f]{8}-[\da-f]{4}-/i);
    expect(body).not.toMatch(/@|tenant/);
    dashboard.close();
  });
});

describe("/api/v1/metrics", () => {
  test("tells a workspace its own monitors, to a viewer's key", async () => {
    const { id } = await house.addMonitor(alice, { url: "https://example.com/", name: 'a "quoted" \\ name' });
    await house.addMonitor(await house.register("charlie"), { url: "https://example.com/", name: "charlie's" });
    await house.db.prisma.monitorState.updateMany({ data: { status: "DOWN", lastLatencyMs: 250 } });
    const { status, body } = await house.call("GET", "/api/v1/metrics", {
      token: await house.createKey(alice, "VIEWER"),
    });
    expect(status).toBe(200);
    expect(body).toContain(`pulsecheck_monitor_up{monitor_id="${id}",name="a \\"quoted\\" \\\\ name"} 0`);
    expect(body).toContain(
      `pulsecheck_monitor_latency_seconds{monitor_id="${id}",name="a \\"quoted\\" \\\\ name"} 0.25`,
    );
    expect(body).not.toContain("charlie");
  });
});

describe("every answer", () => {
  test("carries a request id: the caller's own where it is a good one", async () => {
    const ask = async (id: string) =>
      (await house.call("GET", "/health", { headers: { "X-Request-Id": id } })).headers.get("x-request-id");
    expect(await ask("a-trace-of-mine")).toBe("a-trace-of-mine");
    expect(await ask("no spaces, please")).toMatch(/^[\da-f-]{36}$/);
    const { body } = await house.call("GET", "/api/v1/monitors", { headers: { "X-Request-Id": "a-trace-of-mine" } });
    expect(body.request_id).toBe("a-trace-of-mine");
  });

  test("forbids sniffing and framing", async () => {
    for (const path of ["/health", "/docs", "/api/v1/monitors", "/nothing"]) {
      const { headers } = await house.call("GET", path);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("x-frame-options")).toBe("SAMEORIGIN");
    }
  });
});
