import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "../scripts/launch/environment.ts";
import type { Person } from "./harness/caller.ts";
import { openHouse, type House } from "./harness/house.ts";

// What the how-to pages tell to type is typed here, as it stands there.
let house: House;
let alice: Person;
let env: Record<string, string>;
/** Where the commands write their files. */
const folder = mkdtempSync(join(tmpdir(), "how-to-"));
beforeAll(async () => {
  house = await openHouse();
  alice = await house.register("alice");
  const [KEY, USER_KEY] = [await house.createKey(alice, "INGEST"), await house.createKey(alice, "USER")];
  const ADMIN_KEY = await house.createKey(alice, "ADMIN");
  env = { PATH: process.env["PATH"] ?? "", API: house.url, KEY, USER_KEY, ADMIN_KEY };
});
afterAll(async () => {
  await house.stop();
  rmSync(folder, { recursive: true });
});

/** The blocks of a page that are in this language, the first of them first. */
function readBlocks(page: string, language: string): string[] {
  const text = readFileSync(join(root, "docs/how-to", page), "utf8");
  const blocks = [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)];
  return blocks.flatMap(([, name, block = ""]) => (name === language ? [block] : []));
}

/** Runs a block of a page; answers what it printed, one JSON document a line. */
// oxlint-disable-next-line typescript/no-explicit-any -- answers of the API
async function run(block: string | undefined, more: Record<string, string> = {}): Promise<any[]> {
  // curl ends its answers with no line break.
  const script = `curl() { command curl "$@"; echo; }\nset -eu\n${block}`;
  const child = spawn("bash", ["-c", script], {
    cwd: folder,
    env: { ...env, ...more },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let errors = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const [code] = await once(child, "close");
  expect([code, errors]).toEqual([0, ""]);
  return out
    .split("\n")
    .filter((line) => /^[[{]/.test(line))
    .map((line) => JSON.parse(line));
}
const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
const read = async (path: string) => (await house.call("GET", path, { token: alice.token })).body;

describe("report-devices.md", () => {
  const page = "report-devices.md";
  const [first, batch] = readBlocks(page, "sh");

  test("a heartbeat is answered as it says, and so is what comes too late", async () => {
    const [answer] = readBlocks(page, "json");
    expect(await run(first)).toEqual([JSON.parse(answer ?? "")]);
    const [results] = await run(batch);
    expect(results.map(({ result }: { result: string }) => result)).toEqual(["too_old", "accepted", "refused"]);
    expect(await read("/api/v1/devices/till-1")).toMatchObject({ name: "Till 1", battery_level: 86, location: "Shop" });
  });

  test("its socket connects by a ticket of a key that only reports", async () => {
    const [script = ""] = readBlocks(page, "js");
    const child = spawn(process.execPath, ["--input-type=module", "--eval", script], { env, stdio: "inherit" });
    const till = () => read("/api/v1/devices/till-2");
    await expect.poll(till, { timeout: 20_000 }).toMatchObject({ is_connected: true, battery_level: 91 });
    child.kill();
    await expect.poll(till, { timeout: 20_000 }).toMatchObject({ is_connected: false });
  });
});

test("report-sensors.md: readings by HTTP and by SQL, the workspace's id, and bounds", async () => {
  const page = "report-sensors.md";
  const [send, workspace, bounds] = readBlocks(page, "sh");
  expect(await run(send)).toMatchObject([{ value: 61.5 }, [{ value: 62 }, { sensor_id: "freezer", value: -18.2 }]]);
  for (const sql of readBlocks(page, "sql")) await house.db.pool.query(sql);
  const boiler = () => read("/api/v1/sensors/boiler");
  await expect.poll(boiler, { timeout: 10_000 }).toMatchObject({ last_value: 63.5, unit: "°C", readings: 3 });
  expect(await run(workspace)).toMatchObject([{ id: expect.stringMatching(/^[\da-f-]{36}$/) }]);
  expect(await run(bounds)).toMatchObject([{ above: 80, below: 5, hysteresis: 2, min_duration_s: 60 }]);
});

test("watch-cron-jobs.md: a job is made and pings, and one comes along from Healthchecks with its UUID", async () => {
  const [create, ping, bring] = readBlocks("watch-cron-jobs.md", "sh");
  const [job] = await run(create);
  expect(job).toMatchObject({ kind: "cron", schedule: "30 2 * * *", grace_s: 900, url: `/ping/${job.ping_id}` });
  await run(ping, { PING_ID: job.ping_id });
  const pings = (await read(`/api/v1/monitors/${job.id}/pings`)).items;
  expect(pings.map(({ kind }: { kind: string }) => kind)).toEqual(["success", "start"]);
  expect(await read(`/api/v1/monitors/${job.id}`)).toMatchObject({ status: "UP" });
  const [reports] = await run(bring);
  expect(await read(`/api/v1/monitors/${reports.id}`)).toMatchObject({ name: "reports", status: "UP" });
});

test("import-and-export.md: a file is tried, written and exported", async () => {
  const [send, look, save] = readBlocks("import-and-export.md", "sh");
  const tried = await run(send);
  expect(tried).toMatchObject([
    { state: "QUEUED", is_dry_run: true },
    { state: "QUEUED", is_dry_run: false },
  ]);
  const done = { state: "DONE", rows: 1, created: 1, error_count: 0 };
  const items = async () => (await run(look))[0].items;
  await expect.poll(items, { timeout: 20_000 }).toMatchObject([
    { ...done, is_dry_run: false },
    { ...done, is_dry_run: true },
  ]);
  await run(save);
  expect(readFileSync(join(folder, "monitors.csv"), "utf8")).toContain("shop,Web shop,http,60,https://example.com/");
  // A zip archive, as Excel's files are.
  expect(readFileSync(join(folder, "uptime.xlsx")).subarray(0, 2).toString()).toBe("PK");
});

test("reports-and-analytics.md: by tag, and compared", async () => {
  const [ask] = readBlocks("reports-and-analytics.md", "sh");
  const [report, analytics] = await run(ask);
  expect(report).toMatchObject({ by: "tag", rows: expect.any(Array), total: { mean_time_to_recovery_ms: null } });
  expect(analytics).toMatchObject({ of: "latency", by: "monitor", bucket: "hour", previous: { count: 0 } });
});

test("plan-maintenance.md: a window is planned and tried, and one that is on is ended", async () => {
  const [plan, preview, end] = readBlocks("plan-maintenance.md", "sh");
  const [planned] = await run(plan);
  expect(planned).toMatchObject({ state: "upcoming", targets: { tags: ["production"] } });
  expect(planned.next_occurrences).toHaveLength(5);
  expect((await run(preview))[0].occurrences).toHaveLength(5);
  const schedule = { kind: "once", starts_at: inHours(0), ends_at: inHours(1) };
  const json = { name: "now", targets: { everything: true }, schedule };
  const { id } = (await house.call("POST", "/api/v1/maintenance-windows", { token: alice.token, json })).body;
  expect(await run(end, { WINDOW_ID: id })).toMatchObject([{ state: "past" }]);
});

test("work-in-a-team.md: somebody is invited, and the members are listed", async () => {
  const [invite] = readBlocks("work-in-a-team.md", "sh");
  const [invitation, members] = await run(invite);
  expect(invitation).toMatchObject({ email: "bob@example.com", role: "USER" });
  expect(members.items).toMatchObject([{ email: alice.email, role: "ADMIN", is_owner: true }]);
});
