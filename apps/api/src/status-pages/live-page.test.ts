import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MonitorView } from "@pulsecheck/shared/monitor";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";
import { openTarget, type Target } from "../../../../tests/harness/target.ts";
import { STREAMS } from "../http/limits.ts";
import { change, publish, type TestPage } from "./test-pages.ts";

let house: House;
let alice: Person;
let target: Target;
let hiddenTarget: Target;
let shown: MonitorView;
let hidden: MonitorView;
beforeAll(async () => {
  house = await openHouse({
    env: {
      TRUST_PROXY: "true",
      PULSECHECK_EMBEDDED: "false",
      EMAIL_DEV_MODE: "true",
      ALLOW_PRIVATE_TARGETS: "127.0.0.0/8",
    },
  });
  [target, hiddenTarget] = [await openTarget(), await openTarget()];
  alice = await house.register("alice");
  shown = await house.addMonitor(alice, { url: target.url, name: "Shop", failure_threshold: 1 });
  hidden = await house.addMonitor(alice, { url: hiddenTarget.url, name: "Hidden", failure_threshold: 1 });
  for (const { id } of [shown, hidden]) await house.checkNow(alice, id);
});
afterAll(async () => {
  await house.stop();
  await target.stop();
  await hiddenTarget.stop();
});

const statusOf = (id: string, status: string) =>
  expect
    .poll(async () => (await house.call("GET", `/api/v1/monitors/${id}`, { token: alice.token })).body.status, {
      timeout: 10_000,
    })
    .toBe(status);

type Reader = {
  /** Everything but comments, as it came. */
  events: string[];
  next(n: number): Promise<string>;
  ended: Promise<void>;
  leave(): void;
};

let networks = 0;
const newNetwork = () => `203.0.113.${(networks += 1)}`;

/** Opens a page's stream, as a browser would. */
async function read(page: TestPage, { url = house.url, from = newNetwork() } = {}): Promise<Reader> {
  const hangUp = new AbortController();
  const answer = await fetch(`${url}${page.path}/live`, {
    headers: { "X-Forwarded-For": from },
    signal: hangUp.signal,
  });
  if (answer.status !== 200 || answer.body === null) throw new Error(`the stream was refused: ${answer.status}`);
  expect(answer.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  const events: string[] = [];
  const text = answer.body.pipeThrough(new TextDecoderStream());
  const ended = (async () => {
    let rest = "";
    for await (const piece of text) {
      const parts = (rest + piece).split("\n\n");
      rest = parts.pop() ?? "";
      events.push(...parts.filter((part) => !/^(:|retry: \d{4}$)/.test(part)));
    }
  })().catch(() => undefined);
  return {
    events,
    ended,
    leave: () => hangUp.abort(),
    async next(n) {
      await expect.poll(() => events.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(n);
      return events[n - 1] ?? "";
    },
  };
}

const revisionOf = async (page: TestPage) =>
  /data-revision="([^"]+)"/.exec((await house.call("GET", page.path)).body)?.[1] ?? "";

describe("an open page", () => {
  test("hears of its own monitors' changes, and by then the page shows them; of others' it hears nothing", async () => {
    const page = await publish(house, alice, [shown]);
    const other = await publish(house, alice, [hidden]);
    const [reader, witness] = [await read(page), await read(other)];
    expect(await reader.next(1)).toBe(`event: revision\ndata: ${await revisionOf(page)}`);
    await witness.next(1);

    hiddenTarget.breakIt();
    await witness.next(2);
    await statusOf(hidden.id, "DOWN");
    await house.call("PATCH", `/api/v1/monitors/${hidden.id}`, { token: alice.token, json: { name: "Renamed" } });
    await witness.next(3);
    expect(reader.events).toHaveLength(1);
    // What changes of a published monitor without showing on the page is no news either.
    await house.call("PATCH", `/api/v1/monitors/${shown.id}`, { token: alice.token, json: { notes: "internal" } });

    target.breakIt();
    const told = await reader.next(2);
    expect((await house.call("GET", page.path)).body).toContain("Everything is down");
    expect(told).toBe(`event: revision\ndata: ${await revisionOf(page)}`);
    expect(witness.events).toHaveLength(3);
    target.mend();
    await reader.next(3);
    expect((await house.call("GET", page.path)).body).toContain("Everything is up");
    expect(reader.events).toHaveLength(3);
    for (const one of [reader, witness]) one.leave();
  });

  test("hears of the page's own changes, also from another process", async () => {
    const page = await publish(house, alice, [shown]);
    const second = await house.startApi();
    const reader = await read(page, { url: second.url });
    await reader.next(1);
    await change(house, alice, page, { title: "New title" });
    expect(await reader.next(2)).toBe(`event: revision\ndata: ${await revisionOf(page)}`);
    reader.leave();
    await second.stop();
  });

  test.each([
    ["is withdrawn", { is_published: false }],
    ["gets a password", { password: "open sesame" }],
    ["moves to another address", { slug: "elsewhere" }],
  ])("ends when the page %s", async (_what, json) => {
    const page = await publish(house, alice, [shown]);
    const reader = await read(page);
    await reader.next(1);
    await change(house, alice, page, json);
    await reader.ended;
    expect(reader.events).toHaveLength(1);
    expect((await house.call("GET", `${page.path}/live`)).status).not.toBe(200);
  });

  test("ends when the process drains, which does not wait for it", async () => {
    const page = await publish(house, alice, [shown]);
    const second = await house.startApi();
    const reader = await read(page, { url: second.url });
    await reader.next(1);
    const startedAt = performance.now();
    await second.stop();
    await reader.ended;
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });
});

test("429 for one network's streams beyond its share, and whoever leaves makes room", async () => {
  const page = await publish(house, alice, [shown]);
  const from = newNetwork();
  const readers = await Promise.all(Array.from({ length: STREAMS.perNetwork }, () => read(page, { from })));
  const headers = { "X-Forwarded-For": from };
  const refused = await house.call("GET", `${page.path}/live`, { headers });
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "60"]);
  const neighbour = await read(page);
  readers[0]?.leave();
  await expect.poll(() => read(page, { from }).then(({ leave }) => (leave(), "let in"), String)).toBe("let in");
  for (const { leave } of [...readers, neighbour]) leave();
});
