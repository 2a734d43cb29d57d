import { readFile } from "node:fs/promises";
import { readSheet } from "read-excel-file/node";
import { beforeAll, expect, test, vi } from "vitest";
import { openBrowserHouse, openVisitor } from "../harness/browser.ts";
import type { Person } from "../harness/caller.ts";
import { addPast } from "../harness/measured-past.ts";
import { countPixels } from "./chart-steps.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const { house, browser } = await openBrowserHouse({ worker: false });
const soon = { timeout: 10_000 };
let alice: Person;
const long = "a".repeat(200);

beforeAll(async () => {
  alice = await house.register("alice");
  const url = "https://example.com/";
  const ids = [];
  for (const [name, tags] of [
    ["Web shop", ["prod", "eu"]],
    ["Blog", ["eu"]],
    [long, []],
  ] as const)
    ids.push((await house.addMonitor(alice, { url, name, tags, is_active: false })).id);
  await addPast(
    house.db,
    ids.map((monitorId, i) => ({ monitorId, days: 8 + i * 8, failEvery: 40 * (i + 1) })),
  );
});

test("figures by tag, narrowed to one monitor and compared with the period before, all of it in the address", async () => {
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { as: alice });
  await page.goto("/");
  await page.getByRole("link", { name: "Analytics" }).click();
  await page.getByRole("heading", { name: "Analytics", level: 1 }).waitFor();
  const groups = page.getByRole("table", { name: "Analytics by group" });
  const rows = groups.getByRole("rowheader");
  await expect.poll(() => rows.allTextContents(), soon).toHaveLength(3);
  await expect
    .poll(() => page.locator("[data-points]").first().getAttribute("data-points").then(Number), soon)
    .toBeGreaterThan(100);
  expect(await findBarriers()).toEqual([]);

  await page.getByLabel("Group", { exact: true }).selectOption("tag");
  await expect.poll(() => rows.allTextContents(), soon).toEqual(["eu", "prod"]);
  await page.getByLabel("Compare with the period before").check();
  await groups.getByRole("columnheader", { name: "Change" }).waitFor();
  await page.getByLabel("Steps").selectOption("day");
  await rows.getByRole("link", { name: "prod" }).click();
  await expect.poll(() => rows.allTextContents(), soon).toEqual(["Web shop"]);
  await rows.getByRole("link", { name: "Web shop" }).click();
  const only = page.getByRole("button", { name: "Show not only Web shop" });
  await only.waitFor();
  const { searchParams } = new URL(page.url());
  expect(Object.fromEntries(searchParams)).toMatchObject({ tag: "prod", bucket: "day", compare: "true" });
  expect(searchParams.get("id")).toMatch(/^[\da-f-]{36}$/);
  await page.reload();
  await expect.poll(() => rows.allTextContents(), soon).toEqual(["Web shop"]);
  expect(await findBarriers()).toEqual([]);
  await only.click();
  await page.getByLabel("Tag").selectOption("");
  await expect.poll(() => rows.allTextContents(), soon).toHaveLength(3);

  await page.getByLabel("Range").selectOption("own");
  const day = new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 10);
  await page.getByLabel("From", { exact: true }).fill(day);
  await page.getByLabel("Until").focus();
  await expect.poll(() => new URL(page.url()).searchParams.get("from"), soon).toBe(day);
  await page.getByLabel("What").selectOption("battery");
  await page.getByText("Nothing was measured in this time").waitFor();
  expect(complaints).toEqual([]);
});

test.each(["light", "dark"] as const)(
  "each group has a line and a name beside it: %s, on a phone",
  async (colorScheme) => {
    const viewport = { width: 360, height: 740 };
    const visitor = await openVisitor(browser, house.url, { as: alice, colorScheme, viewport });
    const { page, complaints, findBarriers } = visitor;
    const card = page.getByRole("region", { name: "Average of each, in ms", exact: true });
    const legend = card.getByRole("listitem");
    await page.goto("/analytics?by=tag");
    await expect.poll(() => legend.allInnerTexts(), soon).toEqual(["eu", "prod"]);
    const chart = card.locator("[data-lines]");
    await expect.poll(() => chart.getAttribute("data-lines"), soon).toBe("2");
    await expect
      .poll(async () => Math.min(await countPixels(chart, "--series-1"), await countPixels(chart, "--series-2")), soon)
      .toBeGreaterThan(20);
    await card.locator(".u-over").hover();
    await expect
      .poll(async () => (await legend.allInnerTexts()).join(" "), soon)
      .toMatch(/eu\s+\d+ ms\s+prod\s+\d+ ms/);
    await card.getByText("Show as a table").click();
    await card.getByRole("columnheader", { name: "prod" }).waitFor();
    expect(await findBarriers()).toEqual([]);

    await page.goto("/analytics");
    await expect.poll(async () => (await legend.allInnerTexts()).toSorted(), soon).toEqual(["Blog", "Web shop", long]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    expect(await findBarriers()).toEqual([]);
    expect(complaints).toEqual([]);
  },
);

test("values in several units have a chart for each unit, and no average together", async () => {
  const json = [
    { sensor_id: "warm", value: 21.5, unit: "°C" },
    { sensor_id: "cold", value: 11.5, unit: "°C" },
    { sensor_id: "press", value: 1_013, unit: "hPa" },
  ];
  expect((await house.call("POST", "/api/v1/sensors", { token: alice.token, json })).status).toBe(201);
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { as: alice });
  await page.goto("/analytics?of=readings&range=24h");
  await page.getByText("3 values in several units").waitFor();
  const legendOf = (unit: string) =>
    page
      .getByRole("list", { name: `Average of each, in ${unit}` })
      .getByRole("listitem")
      .allInnerTexts();
  expect((await legendOf("°C")).toSorted()).toEqual(["cold", "warm"]);
  expect(await legendOf("hPa")).toEqual(["press"]);
  expect(await findBarriers()).toEqual([]);
  await page.getByRole("table", { name: "Analytics by group" }).getByRole("link", { name: "press" }).click();
  await page.getByText("3 values in several units").waitFor({ state: "detached" });
  await page.getByText("1,013 hPa").first().waitFor();
  expect(complaints).toEqual([]);
});

test("the uptime report is read, saved as a file, and asked for by mail", async () => {
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { as: alice });
  await page.goto("/report?range=30d");
  const rows = page.getByRole("table", { name: "Uptime report" }).getByRole("rowheader");
  await expect.poll(() => rows.allTextContents(), soon).toEqual(["Web shop", "Blog", long]);
  await page.getByText("How this is counted").click();
  await page.getByText("Uptime = good checks / (good + failed checks).").waitFor();
  const save = async (format: string) => {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: `Export the figures as ${format}` }).click(),
    ]);
    return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
  };
  const csv = await save("CSV");
  expect(csv.name).toMatch(/^pulsecheck-uptime-[\d-]{10}\.csv$/);
  expect(csv.bytes.toString()).toMatch(/^\uFEFFname,id,uptime_ratio[^]*Web shop/);
  const [header, first] = await readSheet((await save("Excel")).bytes);
  expect([header?.[0], first?.[0]]).toEqual(["name", "Web shop"]);

  const mail = page.getByLabel("Mail me the uptime of each month");
  await mail.click();
  await page.getByText("You get the report of each month by mail.").waitFor();
  await page.goto("/settings?section=alerts");
  await expect.poll(() => mail.isChecked(), soon).toBe(true);
  await page.goto("/report?range=30d&by=tag");
  await expect.poll(() => rows.allTextContents(), soon).toEqual(["prod", "eu"]);
  expect(await findBarriers()).toEqual([]);
  expect(complaints).toEqual([]);
});

test("an export that is refused says why", async () => {
  const { page, complaints } = await openVisitor(browser, house.url, { as: alice });
  await page.goto(`/?tag=${long}`);
  await page.getByRole("button", { name: "Export the monitors as CSV" }).click();
  await page.getByRole("alert").getByText("tag").waitFor();
  expect(complaints).toEqual([]);
});

test("the audit log: who changed what, before and after, found by kind, action and name", async () => {
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { as: alice });
  const { body } = await house.call("GET", "/api/v1/monitors?q=Blog", { token: alice.token });
  const path = `/api/v1/monitors/${body.items[0].id}`;
  await house.call("PATCH", path, { token: alice.token, json: { name: "Journal", tags: ["eu", "press"] } });
  await page.goto("/settings?section=audit");
  const entries = page.getByRole("list", { name: "Changes" }).getByRole("listitem");
  const newest = entries.first();
  await newest.getByText("changed the monitor").waitFor();
  expect(await newest.innerText()).toMatch(/alice@example\.com[^]*Name\s+Blog\s+Journal[^]*Tags\s+eu\s+eu, press/);
  expect(await findBarriers()).toEqual([]);
  await page.getByLabel("Kind").selectOption("monitor");
  await page.getByLabel("Action").selectOption("monitor.created");
  await expect.poll(() => entries.count(), soon).toBe(3);
  await page.getByLabel("Search by name").fill("shop");
  await expect.poll(() => entries.count(), soon).toBe(1);
  await page.getByLabel("Person").selectOption("alice@example.com");
  await expect.poll(() => new URL(page.url()).searchParams.get("user"), soon).toBe(alice.id);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Export the changes as CSV" }).click(),
  ]);
  const lines = (await readFile(await download.path(), "utf8")).trim().split("\r\n");
  expect(lines.filter((line) => line.includes("monitor.created"))).toHaveLength(1);
  expect(complaints).toEqual([]);
});
