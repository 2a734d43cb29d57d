import type { IncidentView } from "@pulsecheck/shared/incident";
import { expect, test } from "vitest";
import { dropIncident, mergeIncident, putIncident, type IncidentPages } from "./incident-pages.ts";

const incident = (id: string, hour: number): IncidentView => ({
  id,
  kind: "outage",
  subject: { type: "monitor", id: "m", name: "Shop" },
  monitor_id: "m",
  monitor_name: "Shop",
  started_at: new Date(Date.UTC(2026, 0, 1, hour)).toISOString(),
  confirmed_at: new Date(Date.UTC(2026, 0, 1, hour)).toISOString(),
  ended_at: null,
  duration_ms: 0,
  reason: "dns",
  detail: "",
  alerts: [],
});
const list = (...pages: IncidentView[][]): IncidentPages => ({
  pages: pages.map((items, i) => ({ items, next_cursor: i === pages.length - 1 ? null : String(i) })),
  pageParams: pages.map(() => undefined),
});
const idsOf = ({ pages }: IncidentPages) => pages.map(({ items }) => items.map(({ id }) => id).join(""));
const TWO = list([incident("d", 8), incident("c", 6)], [incident("b", 4), incident("a", 2)]);

test.each([
  ["the latest comes first", incident("x", 9), ["xdc", "ba"]],
  ["between two of a page", incident("x", 7), ["dxc", "ba"]],
  ["between two pages", incident("x", 5), ["dc", "xba"]],
  ["the earliest comes last", incident("x", 1), ["dc", "bax"]],
  ["of two at the same time, the greater id", incident("cc", 6), ["dccc", "ba"]],
  ["one that is there already stands there once", incident("c", 6), ["d", "cba"]],
])("%s", (_name, added, ids) => {
  expect(idsOf(putIncident(TWO, added))).toEqual(ids);
});

test("what belongs to a page that is not loaded waits for it", () => {
  const { pages, pageParams } = TWO;
  const loaded = { pages: pages.slice(0, 1), pageParams: pageParams.slice(0, 1) };
  expect(idsOf(putIncident(loaded, incident("x", 5)))).toEqual(["dc"]);
});

test("an empty list takes the first", () => {
  expect(idsOf(putIncident(list([]), incident("x", 1)))).toEqual(["x"]);
});

test("what is dropped is nowhere", () => {
  expect(idsOf(dropIncident(TWO, "b"))).toEqual(["dc", "a"]);
});

test("what is told later adds to what is known: alerts stay, and what is over stays over", () => {
  const alert = { id: "x", kind: "DOWN", channel: "email", recipient: "a@example.com", state: "SENT" } as const;
  const alerts = [{ ...alert, sent_at: null, detail: null }];
  const open = { ...incident("a", 1), alerts };
  const over = { ...incident("a", 1), ended_at: "2026-01-01T03:00:00.000Z" };
  expect(mergeIncident(open, over)).toEqual({ ...over, alerts });
  expect(mergeIncident(over, open)).toEqual({ ...over, alerts });
  expect(mergeIncident(undefined, open)).toBe(open);
});
