import { expect, test } from "vitest";
import { describeChange } from "./audit.ts";

const monitor = { id: "m", kind: "http", name: "shop", status: "UP", tags: ["a"], headers: { Authorization: "***" } };

test("a change keeps the fields that differ, and not what a thing does by itself", () => {
  expect(describeChange(monitor, { ...monitor, name: "store", status: "DOWN" })).toEqual({
    before: { name: "shop" },
    after: { name: "store" },
  });
  expect(describeChange(monitor, { ...monitor, status: "DOWN" })).toBeNull();
});

test("a secret that was set anew is named, although its mask is the same", () => {
  const masked = { headers: { Authorization: "***" } };
  expect(describeChange(monitor, monitor, ["headers"])).toEqual({ before: masked, after: masked });
});

test("what is new or gone is kept whole, from its one side", () => {
  const { status: _, ...settings } = monitor;
  expect(describeChange(null, monitor)).toEqual({ before: null, after: settings });
  expect(describeChange(monitor, null)).toEqual({ before: settings, after: null });
});

test("the address that a cron job pings is a secret to write with", () => {
  const job = { kind: "cron", name: "backup", ping_id: "a-uuid", url: "/ping/a-uuid" };
  expect(describeChange(null, job)?.after).toEqual({ kind: "cron", name: "backup", ping_id: "***", url: "***" });
});
