import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { MonitorView } from "@pulsecheck/shared/monitor";
import type { Person } from "../harness/caller.ts";
import { openBrowserHouse, openVisitor } from "../harness/browser.ts";
import { button, errorAt, field, part, send, SOON } from "./monitor-steps.ts";

const run = promisify(execFile);

const { house, browser } = await openBrowserHouse({ env: { MIN_CHECK_INTERVAL: "30" } });

async function findJob(person: Person, name: string): Promise<MonitorView> {
  const { body } = await house.call("GET", `/api/v1/monitors?q=${name}`, { token: person.token });
  return body.items[0];
}

test("a job with a period: bad input is said at its field, then it waits for its first ping", async () => {
  const alice = await house.register("alice");
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { as: alice });
  await page.goto("/monitors/new");
  await page.getByRole("radio", { name: "Cron job" }).check();
  await field(page, "Every").fill("1");
  await field(page, "Every: unit").selectOption("seconds");
  await field(page, "Grace time").fill("soon");
  await field(page, "Ping UUID").fill("mine");
  await button(page, "Watch it").click();
  expect(await errorAt(page, "Name")).toBe("Must not be empty");
  expect(await errorAt(page, "Every")).toBe("Must be 30 s or more");
  expect(await errorAt(page, "Grace time")).toBe("Must be a number");
  expect(await errorAt(page, "Ping UUID")).toMatch(/^Must be a UUID/);
  expect(await findBarriers()).toEqual([]);

  await field(page, "Name").fill("Backup");
  await field(page, "Every").fill("6");
  await field(page, "Every: unit").selectOption("hours");
  await field(page, "Grace time").fill("0.5");
  await field(page, "Ping UUID").fill("5BF66975-d4c7-4bf5-bcc8-b8d8a82ea278");
  await field(page, "Tags").fill("prod, night");
  expect(await send(page, "Watch it")).toEqual({
    kind: "cron",
    name: "Backup",
    interval: 21_600,
    schedule: null,
    grace_s: 1_800,
    longest_run_s: null,
    ping_id: "5bf66975-d4c7-4bf5-bcc8-b8d8a82ea278",
    tags: ["prod", "night"],
    notes: "",
    alerts_on_anomaly: false,
  });
  await page.getByRole("heading", { level: 1, name: "Backup" }).waitFor(SOON);
  await page.getByText("Waiting", { exact: true }).waitFor();
  expect(complaints).toEqual([]);
});

test("a job with a cron expression: its next runs are told while one types; its edit page sends what changed", async () => {
  const bob = await house.register("bob");
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { as: bob });
  await page.goto("/monitors/new");
  await page.getByRole("radio", { name: "Cron job" }).check();
  await field(page, "Name").fill("Report");
  await page.getByRole("radio", { name: "Cron expression" }).check();
  await field(page, "Expression").fill("30 25 * * *");
  await field(page, "Time zone").fill("Asia/Kolkata");
  await page.getByText(/^Not a schedule yet: it has a wrong hour/).waitFor();
  await button(page, "Watch it").click();
  expect(await errorAt(page, "Expression")).toMatch(/^Has a wrong hour, "25"/);
  await field(page, "Expression").fill("30 2 * * *");
  await page.getByText("Next runs, by the clock of Asia/Kolkata").waitFor();
  expect(await page.getByRole("status", { name: "Next runs" }).getByRole("listitem").allInnerTexts()).toEqual(
    Array(3).fill(expect.stringMatching(/day.*02:30/)),
  );
  expect(await findBarriers()).toEqual([]);
  await button(page, "Watch it").click();
  await page.getByText("30 2 * * * (Asia/Kolkata)").waitFor(SOON);

  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByRole("heading", { level: 1, name: "Edit Report" }).waitFor();
  expect(await field(page, "URL").count()).toBe(0);
  expect(await page.getByRole("radio", { name: "Website" }).count()).toBe(0);
  expect(await field(page, "Expression").inputValue()).toBe("30 2 * * *");
  await field(page, "Longest run").fill("10");
  expect(await findBarriers()).toEqual([]);
  expect(await send(page, "Save")).toEqual({ longest_run_s: 600 });
  await page.getByText("10 min", { exact: true }).waitFor();
  await page.goto(`/monitors/${(await findJob(bob, "Report")).id}/edit`);
  await page.getByRole("radio", { name: "Period" }).check();
  await field(page, "Every").fill("2");
  await field(page, "Every: unit").selectOption("days");
  expect(await send(page, "Save")).toEqual({ interval: 172_800, schedule: null });
  await page.getByText("every 2 d", { exact: true }).waitFor();
  expect(await part(page, "Cron line").innerText()).toMatch(/^# cron cannot say every 2 d: .*\n@daily curl/);
  expect(complaints).toEqual([]);
});

test("the lines to copy work as they stand, and what they tell shows at once, with its output", async () => {
  const dora = await house.register("dora");
  const { id, url } = await house.addMonitor(dora, { kind: "cron", name: "Import", interval: 3_600 });
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { as: dora });
  await page.goto(`/monitors/${id}`);
  expect(await field(page, "Ping URL").inputValue()).toBe(house.url + url);
  await page.locator('[data-connection="live"]').waitFor();
  expect(await findBarriers()).toEqual([]);

  const line = await part(page, "Cron line").innerText();
  expect(line).toMatch(/^@hourly curl/);
  await run("sh", ["-c", line.replace("@hourly", "").replace("your-job", "sh -c 'exit 3'")]);
  await page.locator('[data-status="DOWN"]').first().waitFor(SOON);
  const pings = part(page, "Pings");
  await pings.getByText("Failed, exit code 3").waitFor(SOON);
  await pings.getByText("Started").waitFor();

  await page.getByRole("tab", { name: "Python" }).click();
  const script = await part(page, "Python").innerText();
  await run("python3", ["-c", script.replace("your_job()", "ping('/log', '<b>3 rows</b>')")]);
  await page.locator('[data-status="UP"]').first().waitFor(SOON);
  await pings.getByText("Ended well").waitFor(SOON);
  await pings.getByRole("row").filter({ hasText: "Log" }).getByRole("button").click();
  await part(page, "Output of the job").getByText("<b>3 rows</b>").waitFor();
  await part(page, "Runs").getByRole("row").filter({ hasText: "Failed: job failed" }).waitFor();
  for (const tab of ["Shell", "systemd"]) {
    await page.getByRole("tab", { name: tab }).click();
    for (const action of ["/start", "/fail"]) expect(await part(page, tab).innerText()).toContain(action);
  }
  expect(await findBarriers()).toEqual([]);
  expect(complaints).toEqual([]);
});

test("a viewer sees the pings and the plan, but neither the URL nor what changes the job", async () => {
  const eve = await house.register("eve");
  const job = await house.addMonitor(eve, { kind: "cron", name: "Cleanup", schedule: "@daily", interval: 3_600 });
  await house.call("GET", job.url);
  await house.db.prisma.membership.updateMany({ where: { userId: eve.id }, data: { role: "VIEWER" } });
  const { page, complaints, findBarriers } = await openVisitor(browser, house.url, { as: eve });
  await page.goto("/");
  await page.getByText("Cron job, @daily").waitFor(SOON);
  await page.getByText(/^due in/).waitFor();
  expect(await findBarriers()).toEqual([]);
  await page.getByRole("link", { name: "Cleanup" }).click();
  await page.getByText("The URL that the job pings is shown to those who may change monitors.").waitFor();
  await part(page, "Pings").getByText("Ended well").waitFor();
  expect(await page.getByRole("link", { name: "Edit" }).count()).toBe(0);
  expect(await page.content()).not.toContain(job.ping_id);
  expect(complaints).toEqual([]);
});
