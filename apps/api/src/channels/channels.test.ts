import { CHANNELS_AT_MOST } from "@pulsecheck/shared/alert-channel";
import { CHANNEL_KINDS } from "@pulsecheck/shared/channels/registry";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";
import { invite } from "../workspace/test-workspace.ts";

let house: House;
let alice: Person;
let bob: Person;
let charlie: Person;
let inAlices: Record<string, string>;
beforeAll(async () => {
  house = await openHouse({ worker: false, env: { PULSECHECK_EMBEDDED: "false", EMAIL_DEV_MODE: "true" } });
  [alice, bob, charlie] = [await house.register("alice"), await house.register("bob"), await house.register("charlie")];
  inAlices = await invite(house, alice, bob, "USER");
});
afterAll(() => house.stop());

const path = "/api/v1/channels";
const NOBODYS = "8d3941aa-17cd-44cf-baba-c78a0c574815";
const HOOK = "https://1.1.1.1/services/T000/B000/secret";
const SLACK = { kind: "slack", name: "ops", config: { url: HOOK } };
const WEBHOOK = { kind: "webhook", name: "ours", config: { url: HOOK, secret: "sixteen characters" } };

const add = (json: unknown, { token } = alice, headers = {}) => house.call("POST", path, { token, json, headers });
const change = (id: string, json: unknown, { token } = alice, headers = {}) =>
  house.call("PATCH", `${path}/${id}`, { token, json, headers });
const remove = (id: string, { token } = alice, headers = {}) =>
  house.call("DELETE", `${path}/${id}`, { token, headers });
const testIt = (id: string, { token } = alice, headers = {}) =>
  house.call("POST", `${path}/${id}/test`, { token, headers });
const get = (id: string, { token } = alice) => house.call("GET", `${path}/${id}`, { token });
const added = async (json: unknown = SLACK): Promise<string> => (await add(json)).body.id;
const storedConfig = async (id: string) =>
  (await house.db.prisma.alertChannel.findUniqueOrThrow({ where: { id } })).config;

describe("POST /api/v1/channels", () => {
  test("works: shown with its secrets masked, stored sealed", async () => {
    const { status, body } = await add({ ...WEBHOOK, tags: ["prod", "prod"], severities: ["outage"] });
    const view = {
      id: expect.any(String),
      kind: "webhook",
      name: "ours",
      config: { url: "https://1.1.1.1/********", secret: "********" },
      tags: ["prod"],
      severities: ["outage"],
      is_active: true,
      created_at: expect.any(String),
      last_outcome: null,
    };
    expect([status, body]).toEqual([201, view]);
    expect((await get(body.id)).body).toEqual(body);
    expect(Buffer.from(await storedConfig(body.id)).toString("latin1")).not.toContain("sixteen");
    await remove(body.id);
  });

  test.each([
    ["name", { ...SLACK, name: "" }],
    ["kind", { ...SLACK, kind: "pigeon" }],
    ["config.url", { ...SLACK, config: {} }],
    ["config.url", { ...SLACK, config: { url: "ftp://example.com" } }],
    ["config.url", { ...SLACK, config: { url: "https://example.com/********" } }],
    ["config.url", { ...SLACK, config: { url: "http://127.0.0.1/hook" } }],
    ["config.url", { ...SLACK, config: { url: "http://169.254.169.254/latest" } }],
    ["config.token", { ...SLACK, config: { url: HOOK, token: "x" } }],
    ["config.secret", { ...WEBHOOK, config: { url: HOOK, secret: "short" } }],
    ["config.bot_token", { kind: "telegram", name: "t", config: { bot_token: "nonsense", chat_id: "1" } }],
    ["severities.0", { ...SLACK, severities: ["boredom"] }],
    ["colour", { ...SLACK, colour: "red" }],
  ])("400 names %s", async (field, json) => {
    const { status, body } = await add(json);
    expect([status, body.errors?.[0]?.field]).toEqual([400, field]);
  });

  test("401, 403, and 409 for one too many", async () => {
    expect((await house.call("POST", path, { json: SLACK })).status).toBe(401);
    expect((await add(SLACK, bob, inAlices)).status).toBe(403);
    const ids = await Promise.all(Array.from({ length: CHANNELS_AT_MOST + 2 }, () => add(SLACK, charlie)));
    expect(
      ids
        .map(({ status }) => status)
        .toSorted()
        .slice(-2),
    ).toEqual([409, 409]);
  });
});

describe("PATCH /api/v1/channels/{id}", () => {
  test("works: what is not named stays, secrets too; null takes an optional field away", async () => {
    const id = await added({
      kind: "ntfy",
      name: "n",
      config: { topic: "a-topic", server: "https://1.1.1.1/", token: "tk_1" },
    });
    const before = await storedConfig(id);
    const renamed = await change(id, { name: "phones", is_active: false });
    expect([renamed.status, renamed.body.name, renamed.body.is_active]).toEqual([200, "phones", false]);
    expect(await storedConfig(id)).toEqual(before);
    const { body } = await change(id, { config: { server: null, topic: "another" } });
    expect(body.config).toEqual({ topic: "********", token: "********" });
    await remove(id);
  });

  test("400 for a config that the kind does not have, or that needs what was taken away", async () => {
    const id = await added();
    for (const [field, config] of [
      ["config.topic", { topic: "x" }],
      ["config.url", { url: null }],
      ["config.url", { url: "https://1.1.1.1/********" }],
      ["config.url", { url: "http://10.0.0.1/" }],
    ] as const) {
      const { status, body } = await change(id, { config });
      expect([status, body.errors?.[0]?.field]).toEqual([400, field]);
    }
    expect((await change(id, { kind: "discord" })).status).toBe(400);
    await remove(id);
  });

  test("401, 403 and 404", async () => {
    const id = await added();
    expect((await house.call("PATCH", `${path}/${id}`, { json: { name: "x" } })).status).toBe(401);
    expect((await change(id, { name: "x" }, bob, inAlices)).status).toBe(403);
    for (const one of [id, NOBODYS]) expect((await change(one, { name: "x" }, charlie)).status).toBe(404);
    await remove(id);
  });
});

describe("DELETE, and POST .../test", () => {
  test("works once; 401, 403 and 404", async () => {
    const id = await added();
    expect((await house.call("DELETE", `${path}/${id}`)).status).toBe(401);
    expect((await remove(id, bob, inAlices)).status).toBe(403);
    expect((await remove(id, charlie)).status).toBe(404);
    expect((await remove(id)).status).toBe(204);
    expect((await remove(id)).status).toBe(404);
  });

  test("a test: 401, 403, 404, 503 without a worker, and 429 for too many", async () => {
    const id = await added();
    expect((await house.call("POST", `${path}/${id}/test`)).status).toBe(401);
    expect((await testIt(id, bob, inAlices)).status).toBe(403);
    expect((await testIt(id, charlie)).status).toBe(404);
    const all = await Promise.all(Array.from({ length: 12 }, () => testIt(id)));
    const statuses = all.map(({ status }) => status);
    expect([new Set(statuses), statuses.filter((status) => status === 429).length]).toEqual([new Set([429, 503]), 2]);
    await remove(id);
  });
});

test("lists are readable by every member, and masked; a stranger's hold nothing of them", async () => {
  const id = await added();
  const { body } = await house.call("GET", path, { token: bob.token, headers: inAlices });
  expect(body.items).toEqual([expect.objectContaining({ id, config: { url: "https://1.1.1.1/********" } })]);
  const log = await house.call("GET", `${path}/${id}/deliveries`, { token: bob.token, headers: inAlices });
  expect([log.status, log.body]).toEqual([200, { items: [], next_cursor: null }]);
  expect((await house.call("GET", `${path}/${id}/deliveries`, { token: charlie.token })).status).toBe(404);
});

test("the OpenAPI document describes the config of every kind", async () => {
  const { body } = await house.call("GET", "/openapi.json");
  const { schema } = body.paths[path].post.requestBody.content["application/json"];
  const kinds = (schema.oneOf ?? schema.anyOf).map(
    (one: { properties: Record<string, { const?: string; enum?: string[] }> }) =>
      one.properties["kind"]?.const ?? one.properties["kind"]?.enum?.[0],
  );
  expect(kinds).toEqual(CHANNEL_KINDS);
});
