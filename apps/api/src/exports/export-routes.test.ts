import { readSheet } from "read-excel-file/node";
import { maintainPartitions } from "@pulsecheck/db/partitions";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";

const EVIL = '=HYPERLINK("http://evil.example","click")';

let house: House;
let alice: Person;
let charlie: Person;
let monitorId: string;
beforeAll(async () => {
  house = await openHouse({ worker: false });
  [alice, charlie] = [await house.register("alice"), await house.register("charlie")];
  await maintainPartitions(house.db, new Date(), 30);
  const monitor = await house.addMonitor(alice, {
    url: "https://example.com/?a=1,2",
    name: 'shop; "the" one',
    notes: "two\nlines",
    tags: ["prod", "eu"],
    headers: { Authorization: "Bearer very-secret" },
    is_active: false,
  });
  monitorId = monitor.id;
  await house.addMonitor(alice, { url: "https://example.com/", name: EVIL, is_active: false });
  await house.call("POST", "/api/v1/sensors", {
    token: alice.token,
    json: Array.from({ length: 3 }, (_, i) => ({ sensor_id: "meter", value: -1.5 * i, metadata: { i } })),
  });
});
afterAll(() => house.stop());

async function download(what: string, query = "", token = alice.token) {
  const answer = await fetch(`${house.url}/api/v1/exports/${what}${query}`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  return { status: answer.status, headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) };
}
/** As another program reads it. */
async function spreadsheet(what: string, query = "") {
  const { bytes } = await download(what, `?format=xlsx${query}`);
  return { bytes, rows: await readSheet(bytes) };
}

/** Rows by the names in the first. */
function itemsOf([header = [], ...rows]: readonly (readonly unknown[])[]) {
  return rows.map((cells) => Object.fromEntries(header.map((name, i) => [String(name), cells[i] ?? null])));
}

/** Checks of one monitor, a second apart; each other one during maintenance. */
async function addChecks(count: number): Promise<void> {
  const { id } = await house.db.prisma.monitor.findUniqueOrThrow({ where: { publicId: monitorId } });
  await house.db.pool.query(
    `INSERT INTO checks (monitor_id, scheduled_at, delay_ms, kind, outcome, status, http_status, total_ms, in_maintenance, tls_expires_at)
     SELECT $1, date_trunc('second', now()) - n * interval '1 second', 0, 's', 'o', 'U', 200, 12.5, n % 2 = 0, '2027-01-01T00:00:00Z'
     FROM generate_series(1, $2::int) n ON CONFLICT DO NOTHING`,
    [id, count],
  );
}

describe("works", () => {
  test("monitors as CSV: quoted as RFC 4180 says, a BOM for Excel, and no cell that is a formula", async () => {
    const { status, headers, bytes } = await download("monitors");
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(headers.get("content-disposition")).toMatch(/^attachment; filename="pulsecheck-monitors-[\d-]{10}\.csv"$/);
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const text = bytes.toString();
    for (const cell of ['"shop; ""the"" one"', '"https://example.com/?a=1,2"']) expect(text).toContain(`,${cell},`);
    expect(text).toContain('"two\nlines"');
    expect(text).toContain("prod; eu");
    expect(text).toContain(`"'=HYPERLINK(""http`);
    expect(text).not.toContain("very-secret");
  });

  test("checks as .xlsx: typed cells, every row once", async () => {
    // More than are read at a time.
    await addChecks(2_500);
    const { bytes, rows } = await spreadsheet("checks", `&monitor_id=${monitorId}`);
    const [header = [], ...checks] = rows;
    expect(header.slice(0, 4)).toEqual(["checked_at", "monitor_id", "monitor_name", "kind"]);
    expect(checks).toHaveLength(2_500);
    const [first, second] = itemsOf(rows);
    const usual = { monitor_id: monitorId, ok: true, latency_ms: 12.5, http_status: 200, detail: null };
    expect(first).toMatchObject({ ...usual, in_maintenance: false, tls_expires_at: new Date("2027-01-01") });
    expect([second?.["in_maintenance"], first?.["checked_at"]]).toEqual([true, expect.any(Date)]);
    expect(new Set(checks.map(([at]) => Number(at))).size).toBe(2_500);
    expect(bytes.length).toBeLessThan(400_000);
  });

  test("text in .xlsx is text, whatever it looks like", async () => {
    const { rows } = await spreadsheet("monitors");
    expect(rows.flat()).toContain(EVIL);
  });

  test("incidents: what they are about, typed times, and those that are on have no end", async () => {
    const { id, workspaceId } = await house.db.prisma.monitor.findUniqueOrThrow({ where: { publicId: monitorId } });
    const subject = { workspaceId, monitorId: id, reason: 5, detail: "=answered with status 500" };
    const [startedAt, endedAt] = [new Date("2026-01-01T10:00:00Z"), new Date("2026-01-01T11:30:00Z")];
    const isOn = { ...subject, startedAt: endedAt, confirmedAt: endedAt };
    await house.db.prisma.incident.createMany({
      data: [{ ...subject, startedAt, confirmedAt: startedAt, endedAt }, isOn],
    });
    const { rows } = await spreadsheet("incidents", "&sort=started_at");
    const about = { kind: "outage", subject_type: "monitor", subject_id: monitorId, subject_name: 'shop; "the" one' };
    const words = { reason: "http_status", detail: "=answered with status 500", alerts_sent: 0 };
    expect(itemsOf(rows)).toMatchObject([
      { ...about, ...words, started_at: startedAt, confirmed_at: startedAt, ended_at: endedAt, duration_s: 5_400 },
      { ...about, ...words, started_at: endedAt, ended_at: null },
    ]);
  });

  test("devices: what they last said, and what is unknown is empty", async () => {
    const heartbeat = {
      device_id: "pump-1",
      name: "+Pump",
      battery_level: 81.5,
      signal_strength: -60,
      location: "A; B",
    };
    const json = [heartbeat, { device_id: "pump-2" }];
    await house.call("POST", "/api/v1/heartbeat", { token: alice.token, json });
    const tags = { tags: ["prod", "eu"], notes: "two\nlines" };
    await house.call("PATCH", "/api/v1/devices/pump-1", { token: alice.token, json: tags });
    const { rows } = await spreadsheet("devices", "&sort=device_id");
    const heard = { status: "ONLINE", heartbeats: 1, is_connected: false, last_heard_at: expect.any(Date) };
    expect(itemsOf(rows)).toMatchObject([
      { ...heartbeat, ...heard, tags: "prod; eu", notes: "two\nlines", created_at: expect.any(Date) },
      { ...heard, device_id: "pump-2", battery_level: null, signal_strength: null },
    ]);
  });

  test("readings with their metadata, and the audit log with who did it", async () => {
    const readings = await spreadsheet("readings", "&sensor_id=meter&sort=timestamp");
    expect(
      readings.rows
        .slice(1)
        .map(([, value]) => value)
        .toSorted(),
    ).toEqual([-1.5, -3, 0]);
    const audit = await spreadsheet("audit");
    expect(audit.rows.flat()).toContain("monitor.created");
    expect(audit.rows.flat()).toContain(alice.email);
  });

  test("the uptime report, by tag", async () => {
    const { rows } = await spreadsheet("uptime", "&by=tag");
    expect(rows[0]?.slice(0, 3)).toEqual(["name", "id", "uptime_ratio"]);
    expect(
      rows
        .slice(1)
        .map(([name]) => name)
        .toSorted(),
    ).toEqual(["eu", "prod"]);
    expect(rows[1]?.[2]).toBe(1);
  });

  test("the filters are those of the list", async () => {
    const { bytes } = await download("monitors", "?tag=prod");
    expect(bytes.toString().trim().split("\r\n")).toHaveLength(2);
  });
});

test.each([
  ["?format=pdf", "format"],
  ["?limit=10", "limit"],
  ["?tag=", "tag"],
])("400 for %s", async (query, field) => {
  const { status, bytes } = await download("monitors", query);
  expect(status).toBe(400);
  expect(JSON.parse(bytes.toString()).errors[0].field).toBe(field);
});

test("what operators did, for operators alone; what a workspace did is not among it", async () => {
  await house.call("PATCH", `/api/v1/operator/users/${charlie.id}`, {
    token: alice.token,
    json: { is_superuser: true },
  });
  await house.call("PATCH", `/api/v1/operator/users/${charlie.id}`, {
    token: alice.token,
    json: { is_superuser: false },
  });
  const { rows } = await spreadsheet("operator-audit");
  const [header = [], ...deeds] = rows;
  const at = (name: string) => header.indexOf(name);
  expect(deeds.map((row) => [row[at("action")], row[at("user_email")], row[at("subject_name")]])).toEqual([
    ["user.updated", alice.email, charlie.email],
    ["user.updated", alice.email, charlie.email],
  ]);
  expect((await spreadsheet("operator-audit", "&action=queue.retried")).rows).toHaveLength(1);
  for (const token of [charlie.token, await house.createKey(alice, "ADMIN")])
    expect((await download("operator-audit", "", token)).status).toBe(403);
});

test("403: the audit log is for who administers", async () => {
  const key = await house.createKey(alice, "USER");
  expect((await download("audit", "", key)).status).toBe(403);
  expect((await download("monitors", "", key)).status).toBe(200);
});

test("a stranger's tables are empty, and alice's ids are 404", async () => {
  for (const what of ["monitors", "checks", "incidents", "devices", "readings"]) {
    const { bytes } = await download(what, "", charlie.token);
    expect([what, bytes.toString().trim().split("\r\n").length]).toEqual([what, 1]);
  }
  expect((await download("checks", `?monitor_id=${monitorId}`, charlie.token)).status).toBe(404);
  expect((await download("readings", "?sensor_id=meter", charlie.token)).status).toBe(404);
});

test("who hangs up frees the place of the export", async () => {
  // More than fits between us and a reader that does not read.
  await addChecks(60_000);
  for (let i = 0; i < 6; i++) {
    const hangUp = new AbortController();
    const answer = await fetch(`${house.url}/api/v1/exports/checks?format=csv`, {
      headers: { Authorization: `Bearer ${alice.token}` },
      signal: hangUp.signal,
    });
    await answer.body?.getReader().read();
    hangUp.abort();
  }
  await expect.poll(async () => (await download("monitors")).status).toBe(200);
});
