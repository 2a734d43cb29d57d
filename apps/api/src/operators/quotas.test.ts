import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createCaller, type Answer, type Caller, type Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";
import { acceptInvitation, addWorkspace, sendInvitation } from "../members/test-invitations.ts";

const WORKSPACES = "/api/v1/operator/workspaces";
const AT_ONCE = 6;

let house: House;
let alice: Person;
let bob: Person;
/** Another process of the API: quotas hold for all of them together. */
let elsewhere: Caller;
beforeAll(async () => {
  house = await openHouse({ worker: false });
  [alice, bob] = [await house.register("alice"), await house.register("bob")];
  elsewhere = createCaller((await house.startApi()).url);
});
afterAll(() => house.stop());

let team: { "X-Workspace-Id": string };
let made = 0;
beforeEach(async () => {
  made += 1;
  team = (await addWorkspace(house, bob, `team ${made}`)) as typeof team;
});

const setQuotas = (json: unknown, by = alice, id = team["X-Workspace-Id"]) =>
  house.call("PATCH", `${WORKSPACES}/${id}`, { token: by.token, json });
const inTeam = (n: number, path: string, json: unknown): Promise<Answer> =>
  (n % 2 === 0 ? house : elsewhere).call("POST", path, { token: bob.token, headers: team, json });
const atOnce = (make: (n: number) => Promise<Answer>) =>
  Promise.all(Array.from({ length: AT_ONCE }, (_, n) => make(n)));
const countOf = (answers: readonly Answer[], status: number) => answers.filter((one) => one.status === status).length;

describe("PATCH /api/v1/operator/workspaces/{id}", () => {
  test("works: of many monitors at once, from several processes, as many as there is room for", async () => {
    await setQuotas({ max_monitors: 2 });
    const monitor = { name: "a monitor", url: "https://example.com/", is_active: false };
    const answers = await atOnce((n) => inTeam(n, "/api/v1/monitors", monitor));
    expect([countOf(answers, 201), countOf(answers, 409)]).toEqual([2, AT_ONCE - 2]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.body.detail).toBe(
      "This workspace may have 2 monitors. An operator of this instance can allow more.",
    );
    await setQuotas({ max_monitors: null });
    expect((await inTeam(0, "/api/v1/monitors", monitor)).status).toBe(201);
  });

  test("works: devices that are one too many are refused by name, those that are known go on", async () => {
    await setQuotas({ max_devices: 2 });
    const answers = await atOnce((n) => inTeam(n, "/api/v1/heartbeat", [{ device_id: `device-${n}` }]));
    const results = answers.map(({ body }) => body[0]);
    const refused = results.filter(({ result }) => result === "refused");
    expect(refused).toHaveLength(AT_ONCE - 2);
    expect(refused[0].detail).toBe("This workspace has 2 devices already, and may not have more.");
    const [known] = results.filter(({ result }) => result !== "refused");
    expect((await inTeam(0, "/api/v1/heartbeat", { device_id: known.device_id })).status).toBe(202);
    expect((await inTeam(0, "/api/v1/heartbeat", { device_id: "one-more" })).status).toBe(409);
  });

  test("works: sensors", async () => {
    await setQuotas({ max_sensors: 2 });
    const answers = await atOnce((n) => inTeam(n, "/api/v1/sensors", { sensor_id: `sensor-${n}`, value: 1 }));
    expect([countOf(answers, 201), countOf(answers, 409)]).toEqual([2, AT_ONCE - 2]);
  });

  test("works: members; whoever found no room may come once there is some", async () => {
    await setQuotas({ max_members: 2 });
    const guests = await Promise.all([1, 2, 3].map((n) => house.register(`guest-${made}-${n}`)));
    const invitations: { guest: Person; token: string }[] = [];
    for (const guest of guests)
      invitations.push({
        guest,
        token: (await sendInvitation(house, bob, { email: guest.email, headers: team })).token,
      });
    const accept = () => Promise.all(invitations.map(({ guest, token }) => acceptInvitation(house, guest, token)));
    const answers = await accept();
    expect([countOf(answers, 200), countOf(answers, 409)]).toEqual([1, 2]);
    await setQuotas({ max_members: 3 });
    expect(countOf(await accept(), 200)).toBe(1);
  });

  test("works: what is beyond a new quota stays, and the change is written down", async () => {
    await inTeam(0, "/api/v1/sensors", { sensor_id: "a-sensor", value: 1 });
    const { status, body } = await setQuotas({ max_sensors: 0, max_members: 5 });
    expect([status, body]).toMatchObject([200, { sensors: 1, readings: 0, max_sensors: 0, max_members: 5 }]);
    expect((await inTeam(0, "/api/v1/sensors", { sensor_id: "a-sensor", value: 2 })).status).toBe(201);
    expect((await inTeam(0, "/api/v1/sensors", { sensor_id: "another", value: 2 })).status).toBe(409);
    const entry = {
      action: "workspace.quotas_set",
      user: { email: alice.email },
      subject: { type: "workspace", id: team["X-Workspace-Id"], name: `team ${made}` },
      before: { max_sensors: null, max_members: null },
      after: { max_sensors: 0, max_members: 5 },
    };
    const query = "?limit=1&action=workspace.quotas_set";
    for (const [path, token] of [
      ["operator/audit", alice.token],
      ["audit", bob.token],
    ] as const) {
      const { items } = (
        await house.call("GET", `/api/v1/${path}${query}`, { token, headers: path === "audit" ? team : {} })
      ).body;
      expect(items).toMatchObject([entry]);
    }
  });

  test("400, 401, 403, 404", async () => {
    for (const wrong of [{ max_monitors: -1 }, { max_monitors: 1.5 }, { max_everything: 1 }, { max_members: "2" }])
      expect((await setQuotas(wrong)).status).toBe(400);
    expect((await house.call("PATCH", `${WORKSPACES}/${team["X-Workspace-Id"]}`, { json: {} })).status).toBe(401);
    expect((await setQuotas({ max_monitors: 1 }, bob)).status).toBe(403);
    expect((await setQuotas({}, alice, crypto.randomUUID())).status).toBe(404);
  });
});

test("GET /api/v1/operator/workspaces: all of them with what is in each, and what the instance allows", async () => {
  await inTeam(0, "/api/v1/heartbeat", { device_id: "a-device" });
  const find = async (query: string) => (await house.call("GET", WORKSPACES + query, { token: alice.token })).body;
  const { items, defaults } = await find(`?q=team ${made}&sort=-devices,name`);
  expect(items[0]).toMatchObject({
    name: `team ${made}`,
    devices: 1,
    members: 1,
    owner_email: null,
    max_devices: null,
  });
  expect(defaults).toEqual({ max_monitors: null, max_devices: 100_000, max_sensors: 1_000, max_members: null });
  expect((await find("?q=bob@example")).items).toMatchObject([{ name: "bob's workspace", owner_email: bob.email }]);
});
