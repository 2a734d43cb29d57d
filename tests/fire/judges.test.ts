import { expect, test } from "vitest";
import { nextOnGrid } from "@pulsecheck/shared/schedule";
import type { Asked } from "../harness/target.ts";
import { alertsOf, doubledChecks, neglected } from "./judges.ts";
import type { Shop } from "./town.ts";

const shop: Shop = { id: 7, publicId: "", name: "shop-1", path: "/shop-1", intervalMs: 10_000, addedAt: 0 };
const START = nextOnGrid(shop.id, shop.intervalMs, new Date(0), new Date(1_000_000)).getTime();

/** Requests so many seconds after a due time. */
const journal = (seconds: readonly number[], cut: readonly number[] = []): Asked[] =>
  seconds.map((second) => {
    const at = new Date(START + second * 1_000);
    const isCut = cut.includes(second);
    return { at, method: "GET", path: shop.path, headers: {}, body: "", answeredAt: isCut ? null : at, isCut };
  });
/** Due times before the first one are served, so that nothing counts as late for them. */
const served = [-30, -20, -10];

test.each<[string, number[], number[], number]>([
  ["one check each time", [0, 10.1, 20.2], [], 0],
  ["a little early and a little late", [-0.05, 10, 19.95], [], 0],
  ["a late one, and the next in time", [0, 19.9, 20.1], [], 0],
  ["one that was cut off, and its repetition", [0, 10, 14, 20], [10], 0],
  ["two for one due time", [0, 10, 14, 20], [], 1],
  ["every one twice", [0, 0.1, 10, 10.1], [], 2],
])("doubled checks are found: %s", (_name, seconds, cut, count) => {
  expect(doubledChecks(journal([...served, ...seconds], cut), [shop])).toHaveLength(count);
});

test.each<[string, number[], number[], string[]]>([
  ["in time", [0, 10, 20, 30], [], []],
  ["a hole in the middle", [0, 25, 30], [], ["shop-1"]],
  ["a check that was cut off fills no hole", [0, 10, 20, 30], [10, 20], ["shop-1"]],
  ["nothing towards the end", [0, 5, 10], [], ["shop-1"]],
  ["never", [], [], ["shop-1"]],
])("monitors that were left alone for too long are found: %s", (_name, seconds, cut, names) => {
  const found = neglected(journal(seconds, cut), [shop], 20_000, START + 35_000);
  expect(found.map(([name]) => name)).toEqual(names);
});

test("alerts are told from other mails, and those of one shop from those of others", () => {
  const sent = { at: new Date(), to: "", from: "", text: "", html: "", token: "", attachments: [] };
  const mail = (subject: string) => ({ ...sent, subject });
  const mails = [mail("Verify your e-mail address"), mail("DOWN: shop-1"), mail("DOWN: shop-11"), mail("UP: shop-1")];
  expect(alertsOf(mails)).toHaveLength(3);
  expect(alertsOf(mails, [shop])).toEqual(["DOWN: shop-1", "UP: shop-1"]);
});
