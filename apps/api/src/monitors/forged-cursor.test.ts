import { writeCursor } from "@pulsecheck/shared/list";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Person } from "../../../../tests/harness/caller.ts";
import { openHouse, type House } from "../../../../tests/harness/house.ts";

let house: House;
let alice: Person;
let id: string;
beforeAll(async () => {
  house = await openHouse({ worker: false });
  alice = await house.register("alice");
  ({ id } = await house.addMonitor(alice, { url: "https://example.com/" }));
});
afterAll(() => house.stop());

const UUID = "8d3941aa-17cd-44cf-baba-c78a0c574815";
const NOW = "2026-01-01T00:00:00.000Z";
/** A sort of each list, and what a cursor of it holds. */
const LISTS: Record<string, { sort: string; good: string[] }> = {
  "monitors?sort=name": { sort: "name", good: ["n", "1"] },
  "monitors?sort=-created_at": { sort: "-created_at", good: [NOW, "1"] },
  "monitors?sort=last_checked_at": { sort: "last_checked_at", good: [NOW, "1"] },
  "monitors?sort=last_latency_ms": { sort: "last_latency_ms", good: ["1.5", "1"] },
  "monitors?sort=-last_latency_ms,status,-created_at": {
    sort: "-last_latency_ms,status,-created_at",
    good: ["1.5", "UP", NOW, "1"],
  },
  "monitors/ID/checks?limit=5": { sort: "-checked_at", good: [NOW] },
  "monitors/ID/pings?limit=5": { sort: "-at", good: [NOW, "1"] },
  "monitors/ID/incidents?limit=5": { sort: "-status,-started_at", good: ["true", NOW, UUID] },
  "incidents?sort=kind,started_at": { sort: "kind,started_at", good: ["outage", NOW, UUID] },
  "devices?sort=name": { sort: "name", good: ["n", "1"] },
  "devices?sort=-last_heard_at": { sort: "-last_heard_at", good: [NOW, "1"] },
  "devices?sort=battery_level": { sort: "battery_level", good: ["-1", "1"] },
  "devices/status/offline?sort=created_at": { sort: "created_at", good: [NOW, "1"] },
  "sensors?sort=last_value": { sort: "last_value", good: ["-1.7976931348623157e+308", "1"] },
  "board?limit=5": { sort: "id", good: ["1"] },
  "status-pages?limit=5": { sort: "created_at", good: [NOW, "1"] },
  "alert-addresses?limit=5": { sort: "-created_at", good: [NOW, UUID] },
  "api-keys?limit=5": { sort: "-created_at", good: [NOW, UUID] },
  "audit?limit=5": { sort: "-at", good: ["1"] },
};
/** No time, no number, no truth and no key. */
const FORGED = [
  "",
  " ",
  "\0",
  "x 1",
  "-infinity",
  "now",
  "0x10",
  "1e300",
  "NaN",
  "-1e9",
  "2026-02-30T00:00:00.000Z",
  "+275760-09-13T00:00:00.000Z",
  "-271821-04-20T00:00:00.000Z",
  UUID.toUpperCase(),
  "'",
];
/** Good numbers, but no keys. */
const NUMBERS = ["-1", "1.5", "2147483648000000000000"];

async function expectRefused(path: string, cursor: string) {
  const { status, body } = await house.call(
    "GET",
    `/api/v1/${path.replace("ID", id)}&cursor=${encodeURIComponent(cursor)}`,
    { token: alice.token },
  );
  expect([cursor, status, body.errors?.[0].field]).toEqual([cursor, 400, "cursor"]);
}

describe.each(Object.entries(LISTS))("400 that names the cursor: GET /api/v1/%s", (path, { sort, good }) => {
  test("the right shape is taken", async () => {
    const cursor = writeCursor({ sort, after: good });
    const { status } = await house.call("GET", `/api/v1/${path.replace("ID", id)}&cursor=${cursor}`, {
      token: alice.token,
    });
    expect(status).toBe(200);
  });

  test("what is no cursor", async () => {
    const shapes = ["", "x", "!!!", "====", "a".repeat(6_001), btoa("\xff\xfe")];
    const texts = ["null", "[]", "{}", '{"sort":1}'];
    const extra = { sort, after: good, workspace: 1 };
    const wrong = [null, good[0], [null], good.slice(1), [...good, "1"], [...good.slice(1), 1]];
    const forged = [extra, ...wrong.map((after) => ({ sort, after }))].map((one) => JSON.stringify(one));
    for (const cursor of [...shapes, ...[...texts, ...forged].map((text) => btoa(text))])
      await expectRefused(path, cursor);
  });

  test("a value that its list never wrote", async () => {
    for (const [i, value] of good.entries()) {
      // A text may be anything.
      const isText = /^[a-zA-Z]+$/.test(value) && value !== "true";
      const isKey = i === good.length - 1;
      for (const forged of isText ? ["\0"] : [...FORGED, ...(isKey ? NUMBERS : [])])
        await expectRefused(path, writeCursor({ sort, after: good.with(i, forged) }));
    }
  });

  test("a cursor of another list or sort", () => expectRefused(path, writeCursor({ sort: "-another", after: good })));
});
