import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { BROKERS, openHouse, type BrokerKind } from "./harness/house.ts";
import { joinLive } from "./harness/live-client.ts";
import { openMailService } from "./harness/mail-service.ts";

const run = promisify(execFile);

async function openStreet(broker: BrokerKind) {
  const mails = await openMailService();
  const house = await openHouse({
    broker,
    env: { POSTMARK_API_TOKEN: "a-server-token", POSTMARK_API_URL: mails.url, EMAIL_FROM: "alerts@example.com" },
  });
  onTestFinished(async () => {
    await house.stop();
    await mails.stop();
  });
  const alice = await house.register("alice");
  const dashboard = await joinLive(`${house.url}/api/v1/ws/dashboard`, { Authorization: `Bearer ${alice.token}` });
  const addJob = (fields: Record<string, unknown>) =>
    house.addMonitor(alice, { kind: "cron", name: "backup", interval: 2, grace_s: 1, ...fields });
  const subjects = () => mails.accepted.map(({ subject }) => subject).filter((subject) => /^(DOWN|UP)/.test(subject));
  return { mails, house, alice, dashboard, addJob, subjects };
}

describe.each(BROKERS)("with the broker on %s", (broker) => {
  test("a job that stops pinging is down: one DOWN mail, and one UP mail when it pings again", async () => {
    const { mails, house, alice, dashboard, addJob, subjects } = await openStreet(broker);
    const job = await addJob({});
    expect(job).toMatchObject({ status: "UNKNOWN", next_check_at: null });

    expect(await house.call("GET", job.url)).toMatchObject({ status: 200, body: "OK" });
    await dashboard.frame(({ type, data }) => type === "monitor.status" && data.status === "UP");
    const down = await dashboard.frame(({ type, data }) => type === "monitor.status" && data.status === "DOWN");
    expect(down.data).toMatchObject({ monitor_id: job.id, previous: "UP", reason: "late" });
    expect((await dashboard.ofType("incident.opened")).data).toMatchObject({ monitor_name: "backup", reason: "late" });
    const mail = await mails.mail(({ subject }) => subject === "DOWN: backup");
    expect(mail.text).toContain("A ping was expected at");
    // Who is told of an outage need not be one who may ping.
    expect(mail.text).not.toContain(job.ping_id);

    // Each further run that is missed is a failed check, and no second incident.
    const list = `/api/v1/monitors/${job.id}/checks?ok=false`;
    const failures = async () => (await house.call("GET", list, { token: alice.token })).body.items.length;
    await expect.poll(failures, { timeout: 15_000 }).toBeGreaterThanOrEqual(2);

    await house.call("POST", job.url, { raw: "all is well" });
    expect((await dashboard.ofType("incident.closed")).data).toMatchObject({ reason: "late" });
    await mails.mail(({ subject }) => subject === "UP: backup");
    expect(subjects()).toEqual(["DOWN: backup", "UP: backup"]);
    const incidents = await house.call("GET", "/api/v1/incidents", { token: alice.token });
    expect(incidents.body.items).toHaveLength(1);
  });

  test("a run that starts and does not end overruns; its late end closes the incident, and has a duration", async () => {
    const { house, alice, dashboard, addJob } = await openStreet(broker);
    const job = await addJob({ interval: 3_600, longest_run_s: 1 });
    await house.call("GET", `${job.url}/start`);
    const down = await dashboard.frame(({ type, data }) => type === "monitor.status" && data.status === "DOWN");
    expect(down.data).toMatchObject({ monitor_id: job.id, previous: "UNKNOWN", reason: "overrun" });

    // A start alone closes nothing.
    await house.call("GET", `${job.url}/start?rid=5bf66975-d4c7-4bf5-bcc8-b8d8a82ea278`);
    const read = async () => (await house.call("GET", `/api/v1/monitors/${job.id}`, { token: alice.token })).body;
    expect((await read()).status).toBe("DOWN");
    await house.call("GET", job.url);
    await dashboard.ofType("incident.closed");
    const { status, last_latency_ms: latencyMs } = await read();
    expect(status).toBe("UP");
    expect(latencyMs).toBeGreaterThanOrEqual(1_000);
  });

  test("a failure that is told opens an incident at once", async () => {
    const { house, dashboard, addJob } = await openStreet(broker);
    const job = await addJob({ schedule: "0 2 * * *", time_zone: "Europe/Berlin", grace_s: 60 });
    await house.call("POST", `${job.url}/fail`, { raw: "no space left on device" });
    expect((await dashboard.ofType("incident.opened")).data).toMatchObject({ monitor_id: job.id, reason: "failed" });
    await house.call("GET", `${job.url}/0`);
    await dashboard.ofType("incident.closed");
    await house.call("GET", `${job.url}/3`);
    const again = await dashboard.frame(({ type, data }) => type === "incident.opened" && data.detail.endsWith(" 3."));
    expect(again.data.detail).toBe("The job ended with exit code 3.");
  });

  test("a line of a crontab that was written for Healthchecks works", async () => {
    const { house, dashboard, addJob } = await openStreet(broker);
    const job = await addJob({ ping_id: "1a5b1a4e-68c1-4c2b-9a3f-0c5d6e7f8a9b" });
    const url = `${house.url}/1a5b1a4e-68c1-4c2b-9a3f-0c5d6e7f8a9b`;
    expect((await run("curl", ["-fsS", "-m", "10", "--retry", "5", url])).stdout).toBe("OK");
    const up = await dashboard.frame(({ type, data }) => type === "monitor.status" && data.status === "UP");
    expect(up.data.monitor_id).toBe(job.id);
  });
});

test("a restart makes nobody late: jobs whose pings nobody could hear have their grace time anew", async () => {
  const { house, alice, dashboard, addJob } = await openStreet("postgres");
  const jobs = [await addJob({ grace_s: 60 }), await addJob({ name: "report", schedule: "* * * * *", grace_s: 60 })];
  for (const job of jobs) await house.call("GET", job.url);
  const { pool } = house.db;
  const overdue = () =>
    pool.query(`WITH past AS (UPDATE cron_jobs SET state = jsonb_set(state::jsonb, '{expectedFrom}', to_jsonb(now() - interval '1 hour')))
      UPDATE monitor_states SET next_check_at = now(), fence = fence + 1, scheduled_at = NULL`);
  await pool.query("UPDATE listening SET seen_at = now() - interval '1 hour', since = now() - interval '2 hours'");
  const isHeardAgain = async () =>
    (await pool.query("SELECT since > now() - interval '1 minute' AS fresh FROM listening")).rows[0]?.fresh;
  await expect.poll(isHeardAgain, { timeout: 10_000 }).toBe(true);
  await overdue();
  const list = async () => (await house.call("GET", "/api/v1/monitors", { token: alice.token })).body.items;
  const isPutOff = ({ status, next_check_at }: { status: string; next_check_at: string }) =>
    status === "UP" && Date.parse(next_check_at) > Date.now() + 20_000;
  await expect.poll(async () => (await list()).every(isPutOff), { timeout: 10_000 }).toBe(true);
  const { items } = (await house.call("GET", "/api/v1/incidents", { token: alice.token })).body;
  expect(items).toEqual([]);

  // Who was listened for all the while is late.
  await pool.query("UPDATE listening SET since = now() - interval '2 hours'");
  await overdue();
  for (const { id } of jobs)
    await dashboard.frame(({ type, data }) => type === "incident.opened" && data.monitor_id === id);
}, 60_000);
