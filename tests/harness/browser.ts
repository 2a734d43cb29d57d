import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { afterAll, onTestFinished } from "vitest";
import { root } from "../../scripts/launch/environment.ts";
import { findChromium } from "../setup/chromium.ts";
import { PASSWORD, type Person } from "./caller.ts";
import { openHouse, type House, type HouseOptions } from "./house.ts";
import { openTarget, type Target } from "./target.ts";

/** What a file of browser tests stands on: a whole PulseCheck and a real browser, gone after its last test. */
export async function openBrowserHouse(options: HouseOptions = {}): Promise<{ house: House; browser: Browser }> {
  const [house, browser] = await Promise.all([openHouse(options), openBrowser()]);
  afterAll(async () => {
    await browser.close();
    await house.stop();
  });
  return { house, browser };
}

/** A target that is gone after the test. */
export async function openTargetForTest(): Promise<Target> {
  const target = await openTarget();
  onTestFinished(() => target.stop());
  return target;
}

async function openBrowser(): Promise<Browser> {
  const { path, env } = await findChromium();
  return chromium.launch({
    executablePath: path,
    env: { ...process.env, ...env },
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
  });
}

export type Visitor = {
  page: Page;
  /** What the page complained of: its errors, and what its own policy forbade. */
  complaints: string[];
  /** What axe finds serious or critical, one line each. */
  findBarriers(): Promise<string[]>;
};

export type VisitorOptions = BrowserContextOptions & {
  /** Logged in as this person from the start. */
  as?: Person;
};

/** Somebody at a browser of their own (cookies, storage), gone after the test. Addresses are relative to `url`. */
export async function openVisitor(browser: Browser, url: string, options: VisitorOptions = {}): Promise<Visitor> {
  const { as, ...rest } = options;
  const context = await browser.newContext({ baseURL: url, reducedMotion: "reduce", ...rest });
  context.setDefaultTimeout(10_000);
  if (as !== undefined) {
    const login = await context.request.post("/auth/login", { data: { username: as.email, password: PASSWORD } });
    if (!login.ok()) throw new Error(`the login of ${as.email} was answered ${login.status()}`);
  }
  const page = await context.newPage();
  onTestFinished(async ({ task }) => {
    if (task.result?.state === "fail") {
      const path = join(root, `.data/browser/${task.name.replaceAll(/\W+/g, "-").slice(0, 80)}.png`);
      await page.screenshot({ path }).catch(() => undefined);
      console.error(`what was on the screen: ${path}`);
    }
    await context.close();
  });
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    // That an answer was a 4xx is the browser's remark, and often what is tested.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
      complaints.push(message.text());
  });
  return { page, complaints, findBarriers: () => findBarriers(page) };
}

async function findBarriers(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} (${node.failureSummary ?? ""})`));
}
