import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import type { House } from "../../../../tests/harness/house.ts";
import { openQuietHouse } from "../devices/test-devices.ts";

let house: House;
let alice: Person;
let key: string;
beforeAll(async () => {
  house = await openQuietHouse();
  alice = await house.register("alice");
}, 60_000);
afterAll(() => house.stop());

const report = async () =>
  (await house.call("POST", "/api/v1/heartbeat", { token: key, json: { device_id: "sensor-hub" } })).status;
const keyId = async () =>
  (await house.db.prisma.apiKey.findFirstOrThrow({ where: { revokedAt: null }, orderBy: { createdAt: "desc" } })).id;

describe("a key that reports is believed for a moment", () => {
  beforeEach(async () => {
    key = await house.createKey(alice, "INGEST");
    expect(await report()).toBe(202);
  });

  test("works: its use is noted", async () => {
    const lastUse = async () =>
      (await house.db.prisma.apiKey.findUniqueOrThrow({ where: { id: await keyId() } })).lastUsedAt;
    await expect.poll(lastUse).not.toBeNull();
  });

  test("401 as soon as it is revoked, long before it would be looked up again", async () => {
    const revoked = await house.call("DELETE", `/api/v1/api-keys/${await keyId()}`, { token: alice.token });
    expect(revoked.status).toBe(204);
    await expect.poll(report, { timeout: 2_000, interval: 20 }).toBe(401);
  });

  test("401 a few seconds after it ended where nobody could tell", async () => {
    await house.db.prisma.apiKey.update({ where: { id: await keyId() }, data: { revokedAt: new Date() } });
    await expect.poll(report, { timeout: 8_000 }).toBe(401);
  });

  test("401 when its time is over", async () => {
    const { status, body } = await house.call("POST", "/api/v1/api-keys", {
      token: alice.token,
      json: { name: "short", role: "INGEST", expires_at: new Date(Date.now() + 1_500).toISOString() },
    });
    expect(status).toBe(201);
    key = body.key;
    expect(await report()).toBe(202);
    await expect.poll(report, { timeout: 2_500, interval: 50 }).toBe(401);
  });
});

test("a wrong key is refused each time, and a good one right after it was made", async () => {
  key = "pc_nobody";
  expect([await report(), await report()]).toEqual([401, 401]);
  key = await house.createKey(alice, "INGEST");
  expect(await report()).toBe(202);
});
