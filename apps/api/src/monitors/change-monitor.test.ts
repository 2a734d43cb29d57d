import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openHouse, type House } from "../../../../tests/harness/house.ts";
import type { Person } from "../../../../tests/harness/caller.ts";
import { joinLive } from "../../../../tests/harness/live-client.ts";
import { openMailService, type MailService } from "../../../../tests/harness/mail-service.ts";
import { openTarget, type Target } from "../../../../tests/harness/target.ts";

let house: House;
let mails: MailService;
let target: Target;
let alice: Person;
let charlie: Person;
let viewer: string;
beforeAll(async () => {
  [mails, target] = await Promise.all([openMailService(), openTarget()]);
  house = await openHouse({ env: { POSTMARK_API_TOKEN: "a-server-token", POSTMARK_API_URL: mails.url } });
  [alice, charlie] = [await house.register("alice"), await house.register("charlie")];
  viewer = await house.createKey(alice, "VIEWER");
});
afterAll(async () => {
  await house.stop();
  await Promise.all([mails.stop(), target.stop()]);
});

const call = (method: string, id: string, json?: unknown, token: string | undefined = alice.token) =>
  house.call(method, `/api/v1/monitors/${id}`, { token, ...(json === undefined ? {} : { json }) });
const incidentsOf = async (id: string) => (await call("GET", `${id}/incidents`)).body.items;
const watch = () => joinLive(`${house.url}/api/v1/ws/dashboard`, { Authorization: `Bearer ${alice.token}` });
const idle = () => house.addMonitor(alice, { url: target.url, is_active: false });

/** A monitor that is DOWN, and whose DOWN mail was sent. */
async function addBroken(name: string) {
  const broken = await openTarget();
  broken.breakIt();
  const dashboard = await watch();
  const monitor = await house.addMonitor(alice, { url: broken.url, name, failure_threshold: 1 });
  await dashboard.frame(({ type, data }) => type === "incident.opened" && data.monitor_id === monitor.id);
  await mails.mail(({ subject }) => subject === `DOWN: ${name}`);
  return { ...monitor, dashboard, broken };
}

describe("works", () => {
  test.each([
    { name: "renamed" },
    { url: "http://127.0.0.1:9/other" },
    { interval: 1_800 },
    { method: "HEAD" },
    { expected_status: ["404"] },
    { keyword: "word" },
    { keyword_absent: "word" },
    { timeout_ms: 2_000 },
    { follow_redirects: false },
    { max_redirects: 1 },
    { verify_tls: false },
    { failure_threshold: 7 },
    { tags: ["a", "b"] },
    { notes: "a note" },
  ])("a change of one field changes that field only: %j", async (change) => {
    const before = await idle();
    const { status, body } = await call("PATCH", before.id, change);
    expect(status).toBe(200);
    expect(body).toEqual({ ...before, ...change, updated_at: body.updated_at });
    expect((await call("GET", before.id)).body).toEqual(body);
  });

  test("null clears what may be absent, and an empty change is no change", async () => {
    const { id } = await house.addMonitor(alice, {
      url: target.url,
      is_active: false,
      keyword: "a",
      keyword_absent: "b",
    });
    expect((await call("PATCH", id, { keyword: null })).body).toMatchObject({ keyword: null, keyword_absent: "b" });
    expect((await call("PATCH", id, {})).body).toMatchObject({ keyword: null, keyword_absent: "b" });
    expect((await call("PATCH", id, { keyword_absent: null })).body.keyword_absent).toBeNull();
  });

  test("what decides about up and down is checked again at once", async () => {
    const monitor = await house.addMonitor(alice, { url: target.url, interval: 3_600 });
    const socket = await joinLive(`${house.url}/api/v1/ws/${monitor.id}`, { Authorization: `Bearer ${alice.token}` });
    await socket.frame(({ data }) => data?.ok === true || data?.status === "UP");
    await call("PATCH", monitor.id, { keyword: "what the page does not say" });
    const check = await socket.frame(({ type, data }) => type === "monitor.checked" && !data.ok);
    expect(check.data).toMatchObject({
      reason: "assertion",
      detail: expect.stringContaining("what the page does not say"),
    });
    socket.close();
  });

  test("pausing an outage: UNKNOWN, nothing is due, the incident is closed, and no UP mail; resuming checks again", async () => {
    const { id, dashboard, broken } = await addBroken("paused");
    const paused = await call("PATCH", id, { is_active: false });
    expect(paused.body).toMatchObject({ status: "UNKNOWN", is_active: false, next_check_at: null });
    const change = await dashboard.frame(
      ({ type, data }) => type === "monitor.status" && data.monitor_id === id && data.previous === "DOWN",
    );
    expect(change.data).toMatchObject({ status: "UNKNOWN" });
    const closed = await dashboard.frame(({ type, data }) => type === "incident.closed" && data.monitor_id === id);
    const [incident] = await incidentsOf(id);
    expect(incident).toMatchObject({ id: closed.data.id, reason: "http_status", ended_at: expect.any(String) });
    expect(closed.data).toMatchObject({ reason: "http_status", ended_at: incident.ended_at });

    broken.mend();
    const resumed = await call("PATCH", id, { is_active: true });
    expect(resumed.body).toMatchObject({ status: "UNKNOWN", is_active: true, next_check_at: expect.any(String) });
    await dashboard.frame(
      ({ type, data }) => type === "monitor.status" && data.monitor_id === id && data.status === "UP",
    );
    expect(await incidentsOf(id)).toHaveLength(1);
    // A later mail has been sent: one about this outage would have been before it.
    await addBroken("the next").then(({ dashboard: other }) => other.close());
    expect(mails.accepted.filter(({ subject }) => subject.endsWith(": paused")).map(({ subject }) => subject)).toEqual([
      "DOWN: paused",
    ]);
    dashboard.close();
    await broken.stop();
  });

  test("deleting an outage: it is gone with its incidents, dashboards are told, and no UP mail", async () => {
    const { id, dashboard, broken } = await addBroken("deleted");
    expect((await call("DELETE", id)).status).toBe(204);
    await dashboard.frame(({ type, data }) => type === "monitor.deleted" && data.id === id);
    for (const path of [id, `${id}/checks`, `${id}/incidents`, `${id}/stats`])
      expect((await call("GET", path)).status).toBe(404);
    expect((await call("DELETE", id)).status).toBe(404);
    const all = await house.call("GET", "/api/v1/incidents?limit=100", { token: alice.token });
    expect(all.body.items.filter((one: { monitor_id: string }) => one.monitor_id === id)).toEqual([]);
    expect(mails.accepted.filter(({ subject }) => subject === "UP: deleted")).toEqual([]);
    dashboard.close();
    await broken.stop();
  });

  test("an id in capitals names the same monitor, and comes back as it is", async () => {
    const { id } = await idle();
    expect((await call("GET", id.toUpperCase())).body.id).toBe(id);
    const check = await house.checkNow(alice, id.toUpperCase());
    const listed = await call("GET", `${id.toUpperCase()}/checks`);
    expect(listed.body.items[0]).toMatchObject({ id: check.id, monitor_id: id });
    const dashboard = await watch();
    await call("DELETE", id.toUpperCase());
    expect((await dashboard.ofType("monitor.deleted")).data.id).toBe(id);
    dashboard.close();
  });
});

test("400: null where a value is needed, and fields that are not the caller's to set", async () => {
  const { id } = await idle();
  for (const field of ["name", "url", "interval", "method", "tags", "is_active", "notes", "expected_status"]) {
    const { status, body } = await call("PATCH", id, { [field]: null });
    expect([field, status, body.errors?.[0]?.field]).toEqual([field, 400, field]);
  }
  for (const field of ["id", "status", "user_id", "last_checked_at", "workspace_id", "created_at"]) {
    const { status, body } = await call("PATCH", id, { [field]: alice.id });
    expect([field, status, body.errors]).toEqual([field, 400, [{ field, detail: "is not a known field" }]]);
  }
});

test("401, 403 for a viewer, 404 for a stranger: and nothing has changed", async () => {
  const before = await idle();
  for (const [method, json] of [
    ["PATCH", { name: "taken over" }],
    ["DELETE", undefined],
  ] as const) {
    expect((await house.call(method, `/api/v1/monitors/${before.id}`, json ? { json } : {})).status).toBe(401);
    expect((await call(method, before.id, json, viewer)).status).toBe(403);
    expect((await call(method, before.id, json, charlie.token)).status).toBe(404);
  }
  expect((await call("GET", before.id)).body).toEqual(before);
});
