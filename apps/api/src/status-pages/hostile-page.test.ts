import { afterAll, beforeAll, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";
import { change, pretend, pretendDay, publish, type TestPage } from "./test-pages.ts";

let house: House;
let alice: Person;
let page: TestPage;
/** All that must show nowhere, by what it is. */
let secrets: Record<string, string>;
beforeAll(async () => {
  house = await openHouse({ worker: false });
  alice = await house.register("alice");
  const told = (who: string) => ({
    url: `https://telltale-host-${who}.example/telltale-path-${who}?key=telltale-query-${who}`,
    tags: [`telltale-tag-${who}`],
    notes: `telltale-notes-${who}`,
    keyword: `telltale-keyword-${who}`,
    headers: { [`X-Telltale-${who}`]: "telltale-value" },
  });
  const shown = await house.addMonitor(alice, { ...told("shown"), name: "telltale-own-name" });
  const neighbour = await house.addMonitor(alice, { ...told("hidden"), name: "telltale-neighbour" });
  const charlie = await house.register("charlie");
  const foreign = await house.addMonitor(charlie, { ...told("foreign"), name: "telltale-foreign" });
  for (const { id } of [shown, neighbour, foreign]) {
    await pretend(house, id, { status: "DOWN", outage: { fromMin: 60, toMin: 50, detail: "telltale-detail-over" } });
    await pretend(house, id, { status: "DOWN", outage: { fromMin: 30, detail: "telltale-detail-open" } });
    await pretendDay(house, id, 2, { checks: 10, failures: 3 });
  }
  const groups = [{ name: "Services", components: [{ monitor_id: shown.id, name: "The shop" }] }];
  page = await publish(house, alice, [], { title: "Acme", groups });
  const { rows } = await house.db.pool.query<{ id: string }>("SELECT id FROM incidents");
  const workspaces = await house.db.prisma.workspace.findMany();
  secrets = {
    "a telltale text": "telltale",
    "the monitor's id": shown.id,
    "the neighbour's id": neighbour.id,
    "the foreign monitor's id": foreign.id,
    "alice's address": alice.email,
    "alice's id": alice.id,
    "the page's inner name": page.id,
    ...Object.fromEntries(rows.map(({ id }, i) => [`incident ${i}`, id])),
    ...Object.fromEntries(
      workspaces.flatMap(({ publicId, name }, i) => [
        [`workspace ${i}`, publicId],
        [`workspace name ${i}`, name],
      ]),
    ),
  };
});
afterAll(() => house.stop());

/** An answer whole, as it went over the wire: status, headers, body. Of a stream, its first event. */
async function wholeAnswer(path: string, init: RequestInit = {}): Promise<string> {
  const answer = await fetch(house.url + path, { ...init, redirect: "manual" });
  const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
  if (!answer.headers.get("content-type")?.startsWith("text/event-stream"))
    return `${answer.status}\n${headers}\n\n${await answer.text()}`;
  let text = "";
  for await (const piece of answer.body ?? []) {
    text += new TextDecoder().decode(piece);
    if (text.includes("data: ")) break;
  }
  return `${answer.status}\n${headers}\n\n${text}`;
}

/** Every address that a visitor could find or guess. */
function addresses(): string[] {
  const [component = ""] = page.componentIds;
  const badges = [component, ...Object.values(secrets).filter((one) => /^[\da-f-]{36}$/.test(one))].flatMap((id) =>
    ["status", "uptime", "latency"].map((kind) => `/badges/${id}/${kind}.svg`),
  );
  const rest = ["", "/", "/feed.atom", "/live", "/unlock", "/badges/status.svg", "/checks", "/monitors", ...badges];
  return rest.map((one) => page.path + one);
}

/** Nobody learns what they have asked with. */
const without = (answer: string, path: string) => answer.replaceAll(path, "");

async function expectNothingTold() {
  for (const path of addresses())
    for (const init of [{}, { method: "HEAD" }, { method: "POST", body: new URLSearchParams({ password: "x" }) }]) {
      const answer = without(await wholeAnswer(path, init), path);
      const found = Object.entries(secrets).flatMap(([what, text]) => (answer.includes(text) ? [what] : []));
      expect([path, init.method, found]).toEqual([path, init.method, []]);
    }
}

test("no public address tells of what was not published: not of the monitor behind a component, nor of any other", async () => {
  const shown = await wholeAnswer(page.path);
  expect(shown).toContain("The shop");
  expect(shown).toContain("did not answer in time");
  await expectNothingTold();
});

test("nor does a page with a password, to those who know it not", async () => {
  await change(house, alice, page, { password: "open sesame" });
  await expectNothingTold();
  expect(await wholeAnswer(page.path)).not.toContain("The shop");
  expect(await wholeAnswer(page.path)).not.toContain("Acme");
});

test("nor does one that was withdrawn", async () => {
  await change(house, alice, page, { is_published: false });
  await expectNothingTold();
  for (const path of addresses()) expect(await wholeAnswer(path)).not.toMatch(/The shop|Acme|Services/);
});
