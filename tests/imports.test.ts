import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Person } from "./harness/caller.ts";
import { BROKERS, openHouse, type House } from "./harness/house.ts";
import { awaitImport, countsOf, csv, importFile, placesOf, remarksOf, sendFile } from "./harness/imports.ts";
import { joinLive } from "./harness/live-client.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

describe.each(BROKERS)("with the broker on %s", (broker) => {
  test("a file is judged, imported, changed and found unchanged; dashboards are told, and the log has one entry", async () => {
    const house = await openHouse({ broker });
    try {
      const alice = await house.register("alice");
      const dashboard = await joinLive(`${house.url}/api/v1/ws/dashboard`, { Authorization: `Bearer ${alice.token}` });
      await dashboard.ofType("snapshot");
      const file = csv(
        "external_key;name;url;interval;tags;is_active",
        "shop;Web shop;https://example.com/shop;60;production; false",
        'blog;"The ""blog""";https://example.com/blog;120;;no',
      ).replace("production; false", '"production; shop";false');
      const imports = (text: string, query = "") => importFile(house, alice, "monitors_csv", text, query);
      const listed = async () => (await house.call("GET", "/api/v1/monitors", { token: alice.token })).body.items;

      expect(countsOf(await imports(file, "&dry_run=true"))).toBe("DONE +2 ~0 =0 -0 !0");
      expect(await listed()).toEqual([]);
      const done = await imports(file, "&name=shops.csv");
      expect([countsOf(done), done.name, done.rows, done.rows_done]).toEqual([
        "DONE +2 ~0 =0 -0 !0",
        "shops.csv",
        2,
        2,
      ]);
      expect(await listed()).toMatchObject([
        { external_key: "blog", name: 'The "blog"', interval: 120, is_active: false },
        { external_key: "shop", url: "https://example.com/shop", tags: ["production", "shop"] },
      ]);
      expect(countsOf(await imports(file))).toBe("DONE +0 ~0 =2 -0 !0");
      expect(countsOf(await imports(file.replace("120", "240")))).toBe("DONE +0 ~1 =1 -0 !0");
      expect((await listed())[0]).toMatchObject({ interval: 240 });

      const told = await dashboard.ofType("import.changed");
      expect(told.data).toMatchObject({ kind: "monitors_csv", is_dry_run: true });
      const audit = await house.call("GET", "/api/v1/audit?action=import.finished", { token: alice.token });
      expect(audit.body.items.map((entry: { after: object }) => entry.after)).toMatchObject([
        { updated: 1, unchanged: 1 },
        { unchanged: 2 },
        { created: 2, state: "DONE" },
      ]);
      expect(audit.body.items[0].user.email).toBe(alice.email);
      dashboard.close();
    } finally {
      await house.stop();
    }
  });
});

describe("one house", () => {
  let house: House;
  let alice: Person;
  let bob: Person;
  beforeAll(async () => {
    house = await openHouse();
    [alice, bob] = [await house.register("alice"), await house.register("bob")];
  });
  afterAll(() => house.stop());
  const listed = async ({ token }: Person) =>
    (await house.call("GET", "/api/v1/monitors?limit=100", { token })).body.items as Record<string, unknown>[];
  const exported = async ({ token }: Person, what: string) =>
    (await house.call("GET", `/api/v1/exports/${what}`, { token })).body as string;

  describe("monitors", () => {
    const ODD = [
      { name: "=1+1", url: "https://example.com/1", notes: "'=quoted\n'+twice;=1; '-2" },
      { name: "'=quoted already", url: "https://example.com/2", tags: ["a; b", "c\\\\d", "@home"] },
      { name: 'line\nbreak, "quotes"; and\ttabs', url: "https://example.com/3", notes: "\r\n-1\r\n" },
      { name: "Ünïcödé 監視 🚦", url: "https://example.com/4", keyword: " kept ", expected_status: [204, "300-399"] },
      {
        name: "POST",
        url: "https://example.com/5",
        method: "POST",
        follow_redirects: false,
        verify_tls: false,
        timeout_ms: 500,
      },
      { kind: "cron", name: "every", interval: 7_200, grace_s: 90, is_active: false },
      { kind: "cron", name: "nightly", schedule: "30 2 * * *", time_zone: "Europe/Berlin", longest_run_s: 600 },
    ];
    const settingsOf = ({
      id: _id,
      external_key: _key,
      user_id: _user,
      created_at: _at,
      updated_at: _on,
      ...rest
    }: Record<string, unknown>) => {
      const {
        ping_id: _ping,
        url,
        next_check_at: _next,
        last_reason: _reason,
        last_latency_ms: _ms,
        last_checked_at: _last,
        last_alert_sent_at: _alert,
        status: _status,
        status_since: _since,
        ...same
      } = rest;
      return { ...same, url: rest["kind"] === "cron" ? null : url };
    };

    test("what is exported is imported as it was, into another workspace and back, once", async () => {
      for (const fields of ODD) await house.addMonitor(alice, { interval: 3_600, ...fields });
      const file = await exported(alice, "monitors");
      const nothing = await importFile(house, alice, "monitors_csv", file);
      expect([countsOf(nothing), remarksOf(nothing)]).toEqual([`DONE +0 ~0 =${ODD.length} -0 !0`, []]);
      expect(countsOf(await importFile(house, bob, "monitors_csv", file))).toBe(`DONE +${ODD.length} ~0 =0 -0 !0`);
      expect((await listed(bob)).map(settingsOf)).toEqual((await listed(alice)).map(settingsOf));
      const ids = (await listed(alice)).map(({ id }) => id);
      expect((await listed(bob)).map(({ external_key }) => external_key)).toEqual(ids);
      expect(countsOf(await importFile(house, bob, "monitors_csv", file))).toBe(`DONE +0 ~0 =${ODD.length} -0 !0`);
      expect(countsOf(await importFile(house, alice, "monitors_csv", await exported(bob, "monitors")))).toMatch(
        /^DONE \+7/,
      );
    });

    test("one wrong row, and nothing is written; every mistake has its row and column", async () => {
      // Checks go on meanwhile; what people set stays.
      const settings = async () => (await listed(bob)).map(({ id, name, updated_at }) => ({ id, name, updated_at }));
      const before = await settings();
      const file = csv(
        "external_key,name,url,interval,expected_status,kind,schedule,is_active",
        "good,Good,https://example.com/,60,,,,",
        "bad-1,,ftp://example.com/,soon,99,,,maybe",
        "good,Twice,https://example.com/,60,,,,",
        "bad-2,Job,,60,,cron,not a schedule,",
        "bad-3,Meta,http://169.254.169.254/latest,60,,,,",
        '"bad\n4",Cron of a website,https://example.com/,60,,http,30 2 * * *,',
      );
      const failed = await importFile(house, bob, "monitors_csv", file);
      expect(failed).toMatchObject({ state: "FAILED", created: 0, rows: 6 });
      const found = remarksOf(failed);
      expect(placesOf(failed)).toEqual(
        expect.arrayContaining([
          "3 name",
          "3 url",
          "3 interval",
          "3 expected_status",
          "3 is_active",
          "4 external_key",
          "5 schedule",
          "6 url",
          "7 schedule",
        ]),
      );
      expect(found.find((one) => one.startsWith("6 url"))).toContain("does not allow");
      expect(failed.error_count).toBe(found.length);
      expect(await settings()).toEqual(before);
    });

    test("a monitor that is paused by a file forgets its outage; another kind is refused", async () => {
      const { id } = await house.addMonitor(bob, { name: "falls", url: "http://127.0.0.1:9/", failure_threshold: 1 });
      await house.checkNow(bob, id);
      const incidents = async () =>
        (await house.call("GET", `/api/v1/monitors/${id}/incidents`, { token: bob.token })).body.items;
      await expect.poll(async () => (await incidents()).length, { timeout: 10_000 }).toBe(1);
      expect(countsOf(await importFile(house, bob, "monitors_csv", csv("id,is_active", `${id},false`)))).toBe(
        "DONE +0 ~1 =0 -0 !0",
      );
      const { body } = await house.call("GET", `/api/v1/monitors/${id}`, { token: bob.token });
      expect(body).toMatchObject({ status: "UNKNOWN", is_active: false, external_key: null });
      expect((await incidents())[0].ended_at).not.toBeNull();
      const other = await importFile(house, bob, "monitors_csv", csv("id,kind", `${id},cron`));
      expect(remarksOf(other)).toEqual(["2 kind: is http here, which cannot be changed"]);
    });

    test("the same file twice at the same time doubles nothing", async () => {
      const charlie = await house.register("charlie");
      const rows = Array.from({ length: 300 }, (_, i) => `k${i},Monitor ${i},https://example.com/${i},false`);
      const file = csv("external_key,name,url,is_active", ...rows);
      await house.startWorker();
      const sent = await Promise.all([1, 2, 3].map(() => sendFile(house, charlie, "monitors_csv", file)));
      const ended = await Promise.all(sent.map(({ body }) => awaitImport(house, charlie, body.id)));
      expect(ended.map(countsOf).toSorted()).toEqual([
        "DONE +0 ~0 =300 -0 !0",
        "DONE +0 ~0 =300 -0 !0",
        "DONE +300 ~0 =0 -0 !0",
      ]);
      const { body } = await house.call("GET", "/api/v1/monitors?total=true", { token: charlie.token });
      expect(body.total).toBe(300);
    });

    test("more than the workspace may have are refused, also by a dry run", async () => {
      const dora = await house.register("dora");
      await house.db.prisma.workspace.updateMany({
        where: { memberships: { some: { userId: dora.id } } },
        data: { maxMonitors: 1 },
      });
      const file = csv("name,url", "one,https://example.com/1", "two,https://example.com/2");
      for (const query of ["&dry_run=true", ""]) {
        const view = await importFile(house, dora, "monitors_csv", file, query);
        expect([view.state, remarksOf(view)[0]]).toEqual(["FAILED", expect.stringContaining("may have 1 monitors")]);
      }
      expect(await listed(dora)).toEqual([]);
    });
  });

  test("50,000 monitors", async () => {
    const heidi = await house.register("heidi");
    const row = (i: number) => `key-${i},Monitor ${i},https://example.com/${i},3600,"tag-${i % 10}; all",false`;
    const file = csv(
      "external_key,name,url,interval,tags,is_active",
      ...Array.from({ length: 50_000 }, (_, i) => row(i)),
    );
    const startedAt = performance.now();
    const { body } = await sendFile(house, heidi, "monitors_csv", file);
    const done = await awaitImport(house, heidi, body.id, 140_000);
    expect([countsOf(done), done.errors]).toEqual(["DONE +50000 ~0 =0 -0 !0", []]);
    console.log(`50,000 monitors were imported in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`);
  }, 150_000);
});
