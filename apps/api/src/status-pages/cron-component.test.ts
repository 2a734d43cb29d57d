import type { MonitorView } from "@pulsecheck/shared/monitor";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";
import { publish, type TestPage } from "./test-pages.ts";

let house: House;
let alice: Person;
let job: MonitorView;
let page: TestPage;
beforeAll(async () => {
  house = await openHouse({ worker: false });
  alice = await house.register("alice");
  job = await house.addMonitor(alice, { kind: "cron", name: "Nightly backup", interval: 3_600 });
  page = await publish(house, alice, [job]);
});
afterAll(() => house.stop());

const get = (rest: string) => house.call("GET", `${page.path}${rest}`);
const badge = async (kind: string) => {
  const { status, body } = await get(`/badges/${page.componentIds[0]}/${kind}.svg`);
  expect(status).toBe(200);
  return /<title>(.*?)<\/title>/.exec(body)?.[1];
};

test("a cron job on a public page: its state, uptime and duration, and never where it pings", async () => {
  expect(await badge("status")).toMatch(/^Nightly backup: (?!up|down)/);
  await house.call("GET", `${job.url}/start`);
  await house.call("GET", job.url);
  await expect.poll(() => badge("status"), { timeout: 8_000 }).toBe("Nightly backup: up");
  expect(await badge("uptime")).toBe("Nightly backup: 100 % in 30 days");
  expect(await badge("latency")).toMatch(/^Nightly backup: \d+ ms$/);

  await house.call("POST", `${job.url}/fail`, { raw: "no space left on device" });
  await expect.poll(() => badge("status"), { timeout: 8_000 }).toBe("Nightly backup: down");
  const pages = await Promise.all(["", "/feed.atom"].map(async (path) => (await get(path)).body));
  expect(pages[0]).toContain("Nightly backup");
  for (const html of pages) {
    expect(html).not.toContain(job.ping_id);
    expect(html).not.toContain("no space left");
  }
});
