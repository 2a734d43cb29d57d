import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContextOptions } from "playwright-core";
import { OPERATOR_SECTIONS } from "../../apps/web/src/features/operator/operator-sections.ts";
import { SETTINGS_SECTIONS } from "../../apps/web/src/features/settings/settings-sections.ts";
import { PAGE_SLUG, PASSWORD, PEOPLE } from "../../scripts/demo/cast.ts";
import { root } from "../../scripts/launch/environment.ts";
import { removePostgres } from "../../scripts/servers/postgres.ts";
import { createCaller, type Caller } from "../harness/caller.ts";
import { startDemo } from "../harness/demo-process.ts";
import { findChromium } from "../setup/chromium.ts";

// Usage: npm run look [-- readme]. Draws every page of a fresh demo, and the main ones of a workspace with nothing in it, light
// and dark, on a phone and on a desk, into .data/look. With "readme" it draws the README's pictures anew.

/** Pages by the name of their picture. */
type Paths = Record<string, string>;
type Look = { folder: string; suffix: string; context: BrowserContextOptions };

const sectionsOf = (page: string, sections: object): Paths =>
  Object.fromEntries(Object.keys(sections).map((section) => [`${page}-${section}`, `/${page}?section=${section}`]));

async function findPaths({ call }: Caller, token: string): Promise<Paths> {
  const idOf = async (list: string): Promise<string> => {
    const { status, body } = await call("GET", `/api/v1/${list}`, { token });
    const [first] = body.items ?? [];
    if (first === undefined) throw new Error(`the demo has nothing in ${list}: ${status}`);
    return String(first.id ?? first.device_id ?? first.sensor_id);
  };
  const monitor = await idOf("monitors?q=Storefront");
  const [job, device, sensor] = [await idOf("monitors?kind=cron"), await idOf("devices"), await idOf("sensors")];
  const [page, window] = [await idOf("status-pages"), await idOf("maintenance-windows")];
  return {
    board: "/",
    monitor: `/monitors/${monitor}`,
    "monitor-edit": `/monitors/${monitor}/edit`,
    "monitor-new": "/monitors/new",
    "monitor-down": `/monitors/${await idOf("monitors?q=Checkout")}`,
    "cron-monitor": `/monitors/${job}`,
    "cron-monitor-edit": `/monitors/${job}/edit`,
    devices: "/devices",
    "devices-analytics": "/devices/analytics",
    device: `/devices/${device}`,
    "device-edit": `/devices/${device}/edit`,
    sensors: "/sensors",
    sensor: `/sensors/${sensor}`,
    "sensor-edit": `/sensors/${sensor}/edit`,
    incidents: "/incidents",
    analytics: "/analytics",
    report: "/report",
    maintenance: "/maintenance",
    "maintenance-new": "/maintenance/new",
    "maintenance-edit": `/maintenance/${window}`,
    "status-pages": "/status-pages",
    "status-page-edit": `/status-pages/${page}`,
    import: "/import",
    ...sectionsOf("settings", SETTINGS_SECTIONS),
    ...sectionsOf("operator", OPERATOR_SECTIONS),
    public: `/status/${PAGE_SLUG}`,
  };
}

/** The main pages of a workspace that was made a moment ago. */
async function findEmptyPaths({ call }: Caller, token: string): Promise<Paths> {
  const { status, body } = await call("POST", "/users/me/workspaces", { token, json: { name: "Brand new" } });
  if (status !== 201) throw new Error(JSON.stringify(body));
  const pages = ["", "devices", "sensors", "incidents", "analytics", "report", "maintenance", "status-pages", "import"];
  return Object.fromEntries(pages.map((page) => [`empty-${page || "board"}`, `/${page}?workspace=${body.id}`]));
}

async function draw(browser: Browser, url: string, paths: Paths, { folder, suffix, context: options }: Look) {
  const context = await browser.newContext({ baseURL: url, reducedMotion: "reduce", ...options });
  await context.request.post("/auth/login", { data: { username: PEOPLE.admin.email, password: PASSWORD } });
  for (const [name, path] of Object.entries(paths)) {
    // A page keeps its workspace for its whole life.
    const page = await context.newPage();
    await page.goto(path, { waitUntil: "load" });
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.locator(".animate-pulse").first().waitFor({ state: "detached" });
    // Charts and fonts are drawn after the data are there, and say nothing when they are.
    await page.waitForTimeout(700);
    const picture = { path: join(folder, `${name}${suffix}`) };
    await page.screenshot(suffix.endsWith(".jpg") ? { ...picture, type: "jpeg", quality: 72 } : picture);
    await page.close();
  }
  await context.close();
}

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

const README = ["board", "monitor", "incidents", "public"];

const isReadme = process.argv[2] === "readme";
const folder = join(root, isReadme ? "docs/images" : ".data/look");
await mkdir(folder, { recursive: true });
const demoFolder = await mkdtemp(join(tmpdir(), "pulsecheck-look-"));
const demo = startDemo({ PULSECHECK_DEMO_FOLDER: demoFolder });
const { path: executablePath, env } = await findChromium();
const browser = await chromium.launch({ executablePath, env: { ...process.env, ...env }, args: ["--no-sandbox"] });
try {
  const url = await demo.url;
  const caller = createCaller(url);
  const json = { username: PEOPLE.admin.email, password: PASSWORD };
  const { body: session } = await caller.call("POST", "/auth/login", { json });
  const paths = await findPaths(caller, session.access_token);
  if (isReadme) {
    const context = { viewport: { width: 1_000, height: 800 }, colorScheme: "light" as const };
    const pictures = Object.fromEntries(README.map((name) => [name, paths[name] ?? "/"]));
    await draw(browser, url, pictures, { folder, suffix: ".jpg", context });
  } else {
    Object.assign(paths, await findEmptyPaths(caller, session.access_token));
    for (const look of looks(folder)) await draw(browser, url, paths, look);
  }
} finally {
  await browser.close();
  demo.child.kill("SIGTERM");
  await demo.ended;
  await removePostgres(join(demoFolder, "postgres"));
  await rm(demoFolder, { recursive: true, force: true });
}
process.exit(0);
