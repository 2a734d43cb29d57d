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
const LISTS: Record<string, { sort: string; good: string; key: string }> = {
  "monitors?sort=name": { sort: "name", good: "n", key: "1" },
  "monitors?sort=-created_at": { sort: "-created_at", good: NOW, key: "1" },
  "monitors?sort=last_checked_at": { sort: "last_checked_at", good: NOW, key: "1" },
  "monitors?sort=last_latency_ms": { sort: "last_latency_ms", good: "1.5", key: "1" },
  "monitors/ID/checks?limit=5": { sort: "-checked_at", good: NOW, key: "" },
  "monitors/ID/incidents?limit=5": { sort: "open", good: NOW, key: UUID },
  "incidents?limit=5": { sort: "ended", good: NOW, key: UUID },
  "devices?sort=name": { sort: "name", good: "n", key: "1" },
  "devices?sort=-last_heard_at": { sort: "-last_heard_at", good: NOW, key: "1" },
  "devices?sort=battery_level": { sort: "battery_level", good: "-1", key: "1" },
  "devices/status/offline?sort=created_at": { sort: "created_at", good: NOW, key: "1" },
  "board?limit=5": { sort: "id", good: "", key: "1" },
  "status-pages?limit=5": { sort: "created_at", good: NOW, key: UUID },
  "alert-addresses?limit=5": { sort: "-created_at", good: NOW, key: UUID },
  "api-keys?limit=5": { sort: "-created_at", good: NOW, key: UUID },
};
const TEXTS = [
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
  "'",
];
const KEYS = ["-1", "1.5", "2147483648", "99999999999", "x", UUID.toUpperCase(), "'"];

async function expectRefused(path: string, cursor: string) {
  const { status, body } = await house.call(
    "GET",
    `/api/v1/${path.replace("ID", id)}&cursor=${encodeURIComponent(cursor)}`,
    { token: alice.token },
  );
  expect([cursor, status, body.errors?.[0].field]).toEqual([cursor, 400, "cursor"]);
}

describe.each(Object.entries(LISTS))("400 that names the cursor: GET /api/v1/%s", (path, { sort, good, key }) => {
  test("the right shape is taken", async () => {
    const cursor = writeCursor({ sort, value: good, key });
    const { status } = await house.call("GET", `/api/v1/${path.replace("ID", id)}&cursor=${cursor}`, {
      token: alice.token,
    });
    expect(status).toBe(200);
  });

  test("what is no cursor", async () => {
    const shapes = [
      "",
      "x",
      "!!!",
      "====",
      btoa("null"),
      btoa("[]"),
      btoa("{}"),
      btoa('{"sort":1}'),
      btoa("\xff\xfe"),
      "a".repeat(2_001),
    ];
    const extra = btoa(JSON.stringify({ sort, value: good, key, workspace: 1 }));
    const empty = btoa(JSON.stringify({ sort, value: null, key }));
    for (const cursor of [...shapes, extra, empty]) await expectRefused(path, cursor);
  });

  test("a value that its list never wrote", async () => {
    const isText = sort === "name";
    for (const value of isText ? ["\0"] : TEXTS.filter((text) => text !== good))
      await expectRefused(path, writeCursor({ sort, value, key }));
  });

  test("a key that its list never wrote", async () => {
    for (const wrong of KEYS) await expectRefused(path, writeCursor({ sort, value: good, key: wrong }));
  });

  test("a cursor of another list or sort", () => expectRefused(path, writeCursor({ sort: "-name", value: good, key })));
});
