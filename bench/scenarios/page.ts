import { gzipSync } from "node:zlib";
import { chromium, type Browser, type Page } from "playwright-core";
import { findChromium } from "../../tests/setup/chromium.ts";
import { PASSWORD } from "../../tests/harness/caller.ts";
import { buildDashboard } from "../../scripts/launch/build-dashboard.ts";
import { openBenchFleet, type BenchFleet } from "../bench-fleet.ts";
import { PLAN } from "../plan.ts";
import type { Bench, Row } from "../report.ts";
import { withStage, type Stage } from "../stage.ts";
import { median, percentile, showMs, showRange } from "../statistics.ts";

const GOAL_MS = 1_000;
const GOAL_KB = 200;
const MORE_ROUNDS = 4;

type Visit = { usableMs: number; scripts: Map<string, Buffer> };

const MANY = 5_000;
/** Scrolls for three seconds, a row each frame or so, and answers how long each frame took, in ms. */
const SCROLL = `new Promise((done) => {
  const frames = [];
  let last = performance.now();
  const end = last + 3000;
  const step = (now) => {
    frames.push(now - last);
    last = now;
    scrollBy(0, 150);
    if (now < end) requestAnimationFrame(step);
    else done(frames.slice(2));
  };
  requestAnimationFrame(step);
})`;

/** Opens the list of monitors in a real browser that has nothing of it yet. */
export async function measurePage({ say }: Bench): Promise<Row[]> {
  const count = 1_000;
  return withStage(async (stage) => {
    await buildDashboard();
    const fleet = await openBenchFleet(stage, "postgres");
    await fleet.addMonitors({ count, intervalS: 3_600, url: "http://127.0.0.1:9/" });
    const browser = await openBrowser(stage);
    const visits: Visit[] = [];
    for (let round = 0; round < PLAN.rounds + MORE_ROUNDS; round += 1) visits.push(await visit(browser, fleet, count));
    const times = visits.map(({ usableMs }) => usableMs);
    const kilobytes = Math.max(...visits.map(({ scripts }) => sizeOf(scripts))) / 1_000;
    await fleet.addMonitors({ count: MANY - count, intervalS: 3_600, url: "http://127.0.0.1:9/" });
    const frames = await scroll(browser, fleet);
    say(`usable after ${times.map((ms) => ms.toFixed(0)).join(", ")} ms`);
    return [
      {
        figure: `list page with ${count} monitors, cold: all counted, rows shown, search answers`,
        mode: "postgres",
        value: `${showRange(times, 0)} ms`,
        yardstick: "-",
        goal: `< ${GOAL_MS} ms`,
        isReached: median(times) < GOAL_MS,
      },
      {
        figure: "JavaScript of that page, gzipped",
        mode: "-",
        value: `${kilobytes.toFixed(0)} kB`,
        yardstick: "-",
        goal: `<= ${GOAL_KB} kB`,
        isReached: kilobytes <= GOAL_KB,
      },
      {
        figure: `scrolling through ${MANY} monitors, a frame`,
        mode: "postgres",
        value: `p50 ${showMs(median(frames))}, p95 ${showMs(percentile(frames, 0.95))}, longest ${showMs(Math.max(...frames))}, on a machine without a graphics card`,
        yardstick: "-",
        goal: "-",
        isReached: null,
      },
    ];
  });
}

async function openBrowser(stage: Stage): Promise<Browser> {
  const { path, env } = await findChromium();
  const launch = { executablePath: path, env: { ...process.env, ...env }, args: ["--no-sandbox", "--disable-gpu"] };
  return stage.use(
    () => chromium.launch(launch),
    (browser) => browser.close(),
  );
}

async function logIn(browser: Browser, { fleet, owner }: BenchFleet): Promise<Page> {
  const context = await browser.newContext({ baseURL: fleet.url });
  await context.request.post("/auth/login", { data: { username: owner.email, password: PASSWORD } });
  return context.newPage();
}

async function visit(browser: Browser, fleet: BenchFleet, count: number): Promise<Visit> {
  const page = await logIn(browser, fleet);
  const scripts = new Map<string, Buffer>();
  page.on("response", async (response) => {
    if (response.request().resourceType() === "script") scripts.set(response.url(), await response.body());
  });
  await page.goto("/");
  const rows = page.locator("[data-monitor] [data-status]");
  await rows.nth(5).waitFor();
  await page.getByRole("navigation", { name: "Status" }).getByText(String(count), { exact: true }).first().waitFor();
  await page.getByRole("searchbox").fill(` ${count}`);
  await rows.nth(1).waitFor({ state: "detached" });
  // In the page's own time, which begins with the navigation.
  const usableMs = await page.evaluate<number>("performance.now()");
  await page.context().close();
  return { usableMs, scripts };
}

async function scroll(browser: Browser, fleet: BenchFleet): Promise<number[]> {
  const page = await logIn(browser, fleet);
  await page.goto("/");
  await page.getByRole("navigation", { name: "Status" }).getByText(String(MANY), { exact: true }).first().waitFor();
  const frames = await page.evaluate<number[]>(SCROLL);
  await page.context().close();
  return frames;
}

function sizeOf(scripts: ReadonlyMap<string, Buffer>): number {
  return [...scripts.values()].reduce((sum, body) => sum + gzipSync(body).length, 0);
}
