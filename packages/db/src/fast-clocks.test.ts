import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTenant, type Tenant } from "../../../tests/harness/tenant.ts";
import { commitReports } from "./heartbeats.ts";

const NOW = Date.now();
const HOUR = 3_600_000;

let tenant: Tenant;
beforeAll(async () => {
  tenant = await openTenant();
});
afterAll(() => tenant.close());

type Sent = { sentAt: number | null; level: number };

/** Has a device report these, heard together. Answers what became of each. */
async function hear(deviceId: string, heardAt: number, ...sent: Sent[]): Promise<string[]> {
  const { outcomes } = await commitReports(
    tenant.db,
    sent.map(({ sentAt, level }) => ({
      workspaceId: tenant.scope.workspaceId,
      userId: tenant.userId,
      deviceId,
      name: null,
      location: null,
      heardAt,
      sentAt,
      values: { batteryLevel: level, signalStrength: null },
    })),
    100_000,
  );
  return outcomes.map(({ result }) => result);
}

/** Battery levels in the order of the history, and what is remembered of the device. */
async function lookAt(deviceId: string) {
  const { rows } = await tenant.db.pool.query<{ level: number; at: Date }>(
    `SELECT battery_level AS level, reported_at AS at FROM device_reports r JOIN devices d ON d.id = r.device_key
     WHERE d.device_id = $1 ORDER BY reported_at`,
    [deviceId],
  );
  const state = await tenant.db.prisma.deviceState.findFirstOrThrow({ where: { device: { deviceId } } });
  return {
    history: rows.map(({ level }) => level),
    times: rows.map(({ at }) => at.getTime()),
    level: state.batteryLevel,
    heartbeats: Number(state.heartbeats),
    lastHeardAt: state.lastHeardAt.getTime(),
  };
}

const ahead = (ms: number, level: number): Sent => ({ sentAt: NOW + ms, level });

describe("a clock that is ahead", () => {
  test.each([
    ["by seconds", 30_000, "accepted"],
    ["by hours", 2 * HOUR, "ahead"],
  ])("%s: the same report sent again adds nothing, now or once its time has come", async (name, ms, result) => {
    const report = ahead(ms, 50);
    expect(await hear(name, NOW, report)).toEqual([result]);
    for (const later of [5_000, ms - 1, ms, ms + 5_000])
      expect(await hear(name, NOW + later, report, report)).toEqual(["repeated", "repeated"]);
    expect(await lookAt(name)).toMatchObject({ history: [50], heartbeats: 1, lastHeardAt: NOW });
  });

  test.each([
    ["seconds in a batch", 10_000, "accepted"],
    ["hours in a batch", HOUR, "ahead"],
  ])("%s: all are kept in the order of sending, and the newest is shown", async (name, ms, result) => {
    const batch = [3, 1, 2].map((n) => ahead(ms + n * 1_000, n));
    expect(await hear(name, NOW, ...batch)).toEqual([result, result, result]);
    expect(await lookAt(name)).toMatchObject({
      history: [1, 2, 3],
      times: [NOW - 2, NOW - 1, NOW],
      level: 3,
      heartbeats: 3,
    });
  });

  test("by less than before: it is heard all the same", async () => {
    await hear("summer", NOW, ahead(2 * HOUR, 60));
    expect(await hear("summer", NOW + 15_000, ahead(HOUR + 15_000, 59))).toEqual(["ahead"]);
    expect(await hear("summer", NOW + 30_000, ahead(30_000, 58))).toEqual(["accepted"]);
    expect(await lookAt("summer")).toMatchObject({ history: [60, 59, 58], level: 58, lastHeardAt: NOW + 30_000 });
  });
});

test("what comes late under a time that another report has stands beside it", async () => {
  await hear("beside", NOW, ahead(20, 1));
  await hear("beside", NOW + 1_000, { sentAt: NOW + 1_000, level: 3 });
  const late = { sentAt: NOW, level: 2 };
  expect(await hear("beside", NOW + 1_000, late, late)).toEqual(["late", "repeated"]);
  expect(await hear("beside", NOW + 2_000, late)).toEqual(["repeated"]);
  expect(await lookAt("beside")).toMatchObject({ history: [2, 1, 3], level: 3, heartbeats: 3 });
});

test("reports without a time are all kept, however many are heard in one moment", async () => {
  const plain = (level: number) => ({ sentAt: null, level });
  await hear("plain", NOW, plain(1), plain(2));
  await hear("plain", NOW, plain(3));
  expect(await lookAt("plain")).toMatchObject({ history: [1, 2, 3], level: 3, heartbeats: 3, lastHeardAt: NOW });
});

// Retries are of any step before; clocks jump by moments, seconds and hours between steps.
const offset = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(-30_000, 30_000, HOUR, 2 * HOUR, -HOUR));
const step = fc.record({
  afterMs: fc.constantFrom(0, 1, 2, 5_000, 90_000),
  offset,
  count: fc.integer({ min: 1, max: 4 }),
  retries: fc.option(fc.nat()),
});

test("whatever the clock does, each report counts once, and the device is as the last of its history says", async () => {
  let story = 0;
  const property = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 7 }), async (steps) => {
    const deviceId = `story-${++story}`;
    const sent: Sent[][] = [];
    const known = new Set<number | null>();
    let heardAt = NOW;
    for (const { afterMs, offset: ms, count, retries } of steps) {
      heardAt += afterMs;
      const fresh = Array.from({ length: count }, (_, i) => ({
        sentAt: heardAt + ms + i,
        level: 10 * sent.length + i,
      }));
      const batch = retries === null ? fresh : (sent[retries % Math.max(1, sent.length)] ?? fresh);
      sent.push(batch);
      const before = sent.length === 1 ? 0 : (await lookAt(deviceId)).lastHeardAt;
      const news = batch.filter(({ sentAt }) => !known.has(sentAt));
      const results = await hear(deviceId, heardAt, ...batch);
      expect(results.filter((result) => result === "repeated")).toHaveLength(batch.length - news.length);
      for (const { sentAt } of news) known.add(sentAt);

      const { history, times, level, heartbeats, lastHeardAt } = await lookAt(deviceId);
      expect([history.length, heartbeats]).toEqual([known.size, known.size]);
      expect(level).toBe(history.at(-1));
      const newest = Math.min(heardAt, Math.max(...news.map(({ sentAt }) => sentAt ?? heardAt)));
      expect(lastHeardAt).toBe(Math.max(before, newest));
      expect(times.at(-1)).toBeLessThanOrEqual(heardAt + known.size);
    }
  });
  await fc.assert(property, { numRuns: 30, seed: 20261121 });
});
