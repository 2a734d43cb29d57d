import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { chromium, type Browser, type BrowserContextOptions } from "playwright-core";
import pg from "pg";
import { buildDashboard } from "../../scripts/launch/build-dashboard.ts";
import { root } from "../../scripts/launch/environment.ts";
import { PASSWORD, type Person } from "../harness/caller.ts";
import { openFleet, type Fleet } from "../harness/processes.ts";
import { openTarget } from "../harness/target.ts";
import { findChromium } from "../setup/chromium.ts";
import { inventPast } from "./past.ts";

// Usage: npm run look [-- folder]. Draws every page with 0, 3 and 500 monitors, light and dark, on a phone and on a desk,
// into .data/look. With "readme" it draws the README's pictures anew.
const NAMES = ["Shop", "Public API", "Payments", "Search", "Blog", "Docs", "Login", "Mail gateway", "CDN", "Intranet"];
const LONG = `A name that somebody pasted from elsewhere ${"and-which-never-ends-".repeat(7)}`;

async function addMonitors(fleet: Fleet, person: Person, targetUrl: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const usual = i < NAMES.length ? (NAMES[i] ?? "") : `Service ${i}`;
    const fields = {
      url: `${targetUrl}${i % 90 === 2 ? "bad" : "good"}/${i}`,
      name: count > 100 && i === 4 ? LONG : usual,
      interval: 30,
      tags: [["prod", "web"], ["prod"], ["staging"], []][i % 4],
      is_active: i % 50 !== 49,
    };
    ids.push((await fleet.addMonitor(person, fields)).id);
  }
  return ids;
}

async function publishPage(fleet: Fleet, { token }: Person, monitorIds: readonly string[]): Promise<void> {
  const components = monitorIds.slice(0, 6).map((monitorId) => ({ monitor_id: monitorId }));
  const page = {
    slug: "acme",
    title: "Acme status",
    description: "How our services are doing.",
    is_published: true,
    groups: [
      { name: "Web", components: components.slice(0, 3) },
      { name: "Behind it", components: components.slice(3) },
    ],
  };
  const { status, body } = await fleet.call("POST", "/api/v1/status-pages", { token, json: page });
  if (status !== 201) throw new Error(JSON.stringify(body));
}

/** What is broken is known to be, and its owner has been told. */
async function outageTold(fleet: Fleet, { token }: Person): Promise<void> {
  for (;;) {
    const { body } = await fleet.call("GET", "/api/v1/incidents?open=true", { token });
    if (body.items.some(({ alerts }: { alerts: { state: string }[] }) => alerts[0]?.state === "SENT")) return;
    await delay(500);
  }
}

async function draw(browser: Browser, fleet: Fleet, person: Person, paths: Record<string, string>, look: Look) {
  const context = await browser.newContext({ baseURL: fleet.url, reducedMotion: "reduce", ...look.context });
  await context.request.post("/auth/login", { data: { username: person.email, password: PASSWORD } });
  const page = await context.newPage();
  for (const [name, path] of Object.entries(paths)) {
    await page.goto(path, { waitUntil: "load" });
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.locator(".animate-pulse").first().waitFor({ state: "detached" });
    // Charts and fonts are drawn after the data are there, and say nothing when they are.
    await page.waitForTimeout(700);
    const picture = { path: join(look.folder, `${name}${look.suffix}`) };
    await page.screenshot(look.suffix.endsWith(".jpg") ? { ...picture, type: "jpeg", quality: 72 } : picture);
  }
  await context.close();
}

type Look = { folder: string; suffix: string; context: BrowserContextOptions };

function looks(folder: string): Look[] {
  const sizes = [
    { name: "phone", viewport: { width: 360, height: 1_300 } },
    { name: "desk", viewport: { width: 1_280, height: 1_500 } },
  ];
  return sizes.flatMap(({ name, viewport }) =>
    (["light", "dark"] as const).map((colorScheme) => ({
      folder,
      suffix: `-${name}-${colorScheme}.png`,
      context: { viewport, colorScheme },
    })),
  );
}

const isReadme = process.argv[2] === "readme";
const folder = join(root, isReadme ? "docs/images" : ".data/look");
await mkdir(folder, { recursive: true });
await buildDashboard();
const target = await openTarget();
target.answer((request, response) => {
  response.statusCode = request.url?.startsWith("/bad") ? 503 : 200;
  response.end("hello");
});
const fleet = await openFleet("postgres", { PUBLIC_URL: "https://status.example.com" });
const { path: executablePath, env } = await findChromium();
const browser = await chromium.launch({ executablePath, env: { ...process.env, ...env }, args: ["--no-sandbox"] });
try {
  await fleet.startApi();
  await fleet.startWorker();
  const sql = new pg.Client({ connectionString: fleet.postgres.databaseUrl });
  await sql.connect();
  for (const count of isReadme ? [24] : [0, 3, 500]) {
    const person = await fleet.register(`owner-of-${count}`);
    const ids = await addMonitors(fleet, person, target.url, count);
    const { rows } = await sql.query<{ id: number }>("SELECT id FROM monitors WHERE created_by_id = $1 ORDER BY id", [
      person.id,
    ]);
    await inventPast(
      sql,
      rows.map(({ id }) => id),
      person.email,
    );
    if (count > 3) await publishPage(fleet, person, ids);
    if (count > 2) await outageTold(fleet, person);
    const first = ids[count > 3 ? 1 : 0];
    const paths: Record<string, string> = {
      board: "/",
      incidents: "/incidents",
      "status-pages": "/status-pages",
      "new-status-page": "/status-pages/new",
      settings: "/settings",
      "settings-alerts": "/settings?section=alerts",
      "new-monitor": "/monitors/new",
      ...(first === undefined ? {} : { monitor: `/monitors/${first}`, "edit-monitor": `/monitors/${first}/edit` }),
      ...(ids[2] === undefined ? {} : { "monitor-down": `/monitors/${ids[2]}` }),
      ...(count > 3 ? { public: "/status/acme" } : {}),
    };
    const context = { viewport: { width: 1_000, height: 800 }, colorScheme: "light" as const };
    const pictures = { board: "/", monitor: paths["monitor"] ?? "/", incidents: "/incidents", public: "/status/acme" };
    const readme = [{ folder, suffix: ".jpg", context }];
    for (const look of isReadme ? readme : looks(folder)) {
      const named = Object.entries(isReadme ? pictures : paths).map(([name, at]) => [
        isReadme ? name : `${name}-${count}`,
        at,
      ]);
      await draw(browser, fleet, person, Object.fromEntries(named), look);
    }
  }
  await sql.end();
} finally {
  await browser.close();
  await fleet.stop();
  await target.stop();
}
process.exit(0);
