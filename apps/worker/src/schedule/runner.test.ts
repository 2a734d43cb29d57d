import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import type { ClaimedCheck } from "@pulsecheck/db/due-checks";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createRunner } from "./runner.ts";

const NOW = new Date();
const dueIn = (claim: ClaimedCheck | undefined) => (claim?.scheduledAt.getTime() ?? 0) - NOW.getTime();

/** A claim as far as a runner looks at it. */
function claims(count: number, dueInMs: number | ((i: number) => number) = 0): ClaimedCheck[] {
  return Array.from({ length: count }, (_, i) => {
    const due = typeof dueInMs === "number" ? dueInMs : dueInMs(i);
    return { monitorId: i, scheduledAt: new Date(NOW.getTime() + due) } as ClaimedCheck;
  });
}

/** A runner whose checks end when told, and which knows when each began, in ms after the first look. */
function watchedRunner(concurrency: number, hangs: (claim: ClaimedCheck) => boolean = () => false) {
  const began = performance.now();
  const starts = new Map<ClaimedCheck, number>();
  const { promise: release, resolve: end } = Promise.withResolvers<void>();
  const frozen: ClaimedCheck[] = [];
  const run = async (claim: ClaimedCheck) => {
    starts.set(claim, performance.now() - began);
    if (hangs(claim)) await release;
  };
  const runner = createRunner(concurrency, run, (lost) => frozen.push(...lost));
  return { runner, starts, end, began, frozen };
}

describe("checks start", () => {
  it("at their due times, in their order, whatever the order of claiming", async () => {
    const { runner, starts, began } = watchedRunner(100);
    const list = claims(40, (i) => 600 - i * 15);
    const added = performance.now() - began;
    runner.add(list, NOW);
    await expect.poll(() => starts.size, { timeout: 3_000 }).toBe(40);
    expect([...starts.keys()]).toEqual(list.toReversed());
    for (const [claim, at] of starts) {
      expect(at - added - dueIn(claim)).toBeGreaterThanOrEqual(-12);
      expect(at - added - dueIn(claim)).toBeLessThan(200);
    }
  });

  it("at once where they are overdue, and tell how late they were, once", async () => {
    const { runner, starts } = watchedRunner(100);
    runner.add(claims(3, -700), NOW);
    expect(starts.size).toBe(3);
    expect(runner.takeLag()).toBeGreaterThanOrEqual(700);
    expect(runner.takeLag()).toBe(0);
  });

  it("earlier than those that were claimed before them, where they are due earlier", async () => {
    const { runner, starts } = watchedRunner(100);
    const [late, early] = [claims(1, 400), claims(1, 50)];
    runner.add(late, NOW);
    runner.add(early, NOW);
    await expect.poll(() => starts.size, { timeout: 3_000 }).toBe(2);
    expect([...starts.keys()]).toEqual([...early, ...late]);
  });

  it("each once", async () => {
    const counts = new Map<ClaimedCheck, number>();
    const run = async (claim: ClaimedCheck) => {
      counts.set(claim, (counts.get(claim) ?? 0) + 1);
      await delay(1);
    };
    const runner = createRunner(5, run, () => undefined);
    const list = claims(300, (i) => i % 50);
    for (let i = 0; i < list.length; i += 30) runner.add(list.slice(i, i + 30), NOW);
    await expect.poll(() => counts.size, { timeout: 5_000 }).toBe(300);
    await expect.poll(() => runner.running()).toBe(0);
    expect([...counts.values()].every((count) => count === 1)).toBe(true);
  });
});

it("what was claimed before the process was stopped for a while is given back, waiting and running alike", async () => {
  const { runner, starts, end, frozen } = watchedRunner(10, () => true);
  const [running, waiting, later] = [claims(2), claims(3, 60_000), claims(1)];
  runner.add([...running, ...waiting], NOW);
  expect(starts.size).toBe(2);
  expect(running.every(runner.holds)).toBe(true);
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 5_000 });
  onTestFinished(() => void vi.useRealTimers());
  expect(running.some(runner.holds)).toBe(false);
  expect(new Set(frozen)).toEqual(new Set([...running, ...waiting]));
  runner.add(later, NOW);
  expect(later.every(runner.holds)).toBe(true);
  end();
});

describe("slots", () => {
  it("no more young checks run at once than there are slots", async () => {
    let now = 0;
    let most = 0;
    let done = 0;
    const run = async () => {
      most = Math.max(most, ++now);
      await delay(5);
      now -= 1;
      done += 1;
    };
    const runner = createRunner(7, run, () => undefined);
    runner.add(claims(60), NOW);
    await expect.poll(() => done, { timeout: 5_000 }).toBe(60);
    expect(most).toBe(7);
  });

  it("a thousand hanging checks do not delay healthy ones", async () => {
    const hanging = new Set(claims(1_000, (i) => i));
    const healthy = claims(100, (i) => 10 * i + 300);
    const { runner, starts, end, began } = watchedRunner(300, (claim) => hanging.has(claim));
    const added = performance.now() - began;
    runner.add([...hanging, ...healthy], NOW);
    await expect.poll(() => starts.size, { timeout: 5_000 }).toBe(1_100);
    const delays = healthy.map((claim) => (starts.get(claim) ?? Infinity) - added - dueIn(claim));
    expect(Math.max(...delays)).toBeLessThan(200);
    expect(runner.running()).toBe(1_000);
    end();
    await expect.poll(() => runner.running()).toBe(0);
  });

  it("that are all taken by hanging checks come free again, long before those end", async () => {
    const hanging = new Set(claims(4));
    const { runner, starts, end, began } = watchedRunner(4, (claim) => hanging.has(claim));
    const [healthy] = claims(1);
    runner.add([...hanging, ...(healthy ? [healthy] : [])], NOW);
    expect(starts.size).toBe(4);
    await expect.poll(() => starts.size, { timeout: 3_000 }).toBe(5);
    expect(performance.now() - began).toBeLessThan(1_500);
    end();
  });
});

describe("room", () => {
  it("shrinks with what waits, is never negative, and comes back", async () => {
    const { runner, starts, end } = watchedRunner(1_000);
    const all = runner.room();
    runner.add(claims(100, 200), NOW);
    expect(runner.room()).toBe(all - 100);
    runner.add(claims(all + 500, 200), NOW);
    expect(runner.room()).toBe(0);
    await expect.poll(() => starts.size, { timeout: 20_000 }).toBe(all + 600);
    expect(runner.room()).toBe(all);
    end();
  });
});

describe("drain", () => {
  it("waits for what runs, and gives back what waited for its time", async () => {
    const { runner, starts, end } = watchedRunner(10, () => true);
    const [now, later] = [claims(3), claims(2, 300)];
    runner.add([...now, ...later], NOW);
    setTimeout(end, 50);
    expect(await runner.drain(5_000)).toEqual(later);
    expect(runner.room()).toBe(0);
    await delay(400);
    expect(starts.size).toBe(3);
  });

  it("gives back what did not end in time, running or not", async () => {
    const { runner, end } = watchedRunner(2, () => true);
    const list = claims(5);
    runner.add(list, NOW);
    const began = performance.now();
    const unfinished = await runner.drain(100);
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(new Set(unfinished)).toEqual(new Set(list));
    end();
  });

  it("of an idle runner is done at once", async () => {
    const { runner } = watchedRunner(2);
    expect(await runner.drain(60_000)).toEqual([]);
  });
});
