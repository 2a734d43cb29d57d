import type { MonitorOnBoard } from "@pulsecheck/shared/board";
import { describe, expect, test } from "vitest";
import { arrangeBoard, boardSearch, countBoard, listTags } from "./board-search.ts";

function monitor(id: string, fields: Partial<MonitorOnBoard> = {}): MonitorOnBoard {
  return {
    id,
    kind: "http",
    name: id,
    url: `https://${id}.example/`,
    interval: 60,
    schedule: null,
    status: "UP",
    status_since: null,
    is_active: true,
    in_maintenance_until: null,
    tags: [],
    last_latency_ms: null,
    last_checked_at: null,
    last_reason: null,
    next_check_at: null,
    ...fields,
  };
}

describe("the order", () => {
  test("what is down first, then what nobody knows, then the rest by name, paused ones last", () => {
    const rows = [
      monitor("b"),
      monitor("paused", { is_active: false, status: "UNKNOWN" }),
      monitor("z", { status: "DOWN" }),
      monitor("new", { status: "UNKNOWN" }),
      monitor("a"),
      monitor("y", { status: "DOWN" }),
    ];
    expect(arrangeBoard(rows, {})).toEqual(["y", "z", "new", "a", "b", "paused"]);
  });

  test("names are ordered as people do: by number, whatever their case", () => {
    const rows = ["web 10", "Web 2", "web 1", "Äpfel"].map((name) => monitor(name));
    expect(arrangeBoard(rows, { sort: "name" })).toEqual(["Äpfel", "web 1", "Web 2", "web 10"]);
  });

  test("of equal names the same one is always first", () => {
    const rows = [monitor("2", { name: "same" }), monitor("1", { name: "same" })];
    expect(arrangeBoard(rows, { sort: "name" })).toEqual(["1", "2"]);
  });

  test("by latency and by last check, those without any last", () => {
    const rows = [
      monitor("none"),
      monitor("slow", { last_latency_ms: 900, last_checked_at: "2026-01-01T00:00:00.000Z" }),
      monitor("fast", { last_latency_ms: 3, last_checked_at: "2026-01-02T00:00:00.000Z" }),
    ];
    expect(arrangeBoard(rows, { sort: "slowest" })).toEqual(["slow", "fast", "none"]);
    expect(arrangeBoard(rows, { sort: "checked" })).toEqual(["fast", "slow", "none"]);
  });
});

describe("what is shown", () => {
  const rows = [
    monitor("shop", { tags: ["prod", "web"], name: "The Shop" }),
    monitor("api", { tags: ["prod"], status: "DOWN" }),
    monitor("off", { is_active: false, status: "UNKNOWN", tags: ["web"] }),
  ];

  test.each([
    [{ q: "SHOP the" }, ["shop"]],
    [{ q: "example" }, ["api", "shop", "off"]],
    [{ q: "nothing" }, []],
    [{ status: "UNKNOWN" as const }, []],
    [{ status: "PAUSED" as const }, ["off"]],
    [{ tag: "web" }, ["shop", "off"]],
    [{ tag: "web", q: "shop" }, ["shop"]],
  ])("%o shows %o", (search, ids) => expect(arrangeBoard(rows, search)).toEqual(ids));

  test("counts and tags are of everything", () => {
    expect(countBoard(rows)).toEqual({ ALL: 3, UP: 1, DOWN: 1, UNKNOWN: 0, PAUSED: 1 });
    expect(listTags(rows)).toEqual(["prod", "web"]);
  });
});

test("an address keeps what it can hold, and drops the rest", () => {
  expect(boardSearch({ q: 443, status: "DOWN", tag: "a", sort: "name", days: 90 })).toEqual({
    q: "443",
    status: "DOWN",
    tag: "a",
    sort: "name",
    days: 90,
  });
  expect(boardSearch({ q: null, status: "MAYBE", tag: {}, sort: "x", days: 7, other: 1 })).toEqual({});
});
