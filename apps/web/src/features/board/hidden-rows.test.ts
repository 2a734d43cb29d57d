import type { MonitorOnBoard } from "@pulsecheck/shared/board";
import { expect, test } from "vitest";
import { createBoardStore } from "./board-store.ts";

const SHOP: MonitorOnBoard = {
  id: "shop",
  kind: "http",
  name: "Shop",
  url: "https://shop.example/",
  interval: 60,
  schedule: null,
  status: "UP",
  status_since: null,
  is_active: true,
  in_maintenance_until: null,
  tags: [],
  last_latency_ms: 5,
  last_checked_at: null,
  last_reason: null,
  next_check_at: null,
};
const wentDown = {
  type: "monitor.status",
  data: {
    monitor_id: "shop",
    status: "DOWN",
    previous: "UP",
    reason: "timeout",
    detail: null,
    at: "2026-11-21T09:00Z",
  },
} as const;

function withHiddenShop() {
  const store = createBoardStore();
  store.put([SHOP]);
  store.hide("shop");
  return store;
}

test("a hidden row is out of sight whatever is heard and read of it, and shows as it is by then", () => {
  const store = withHiddenShop();
  store.put([SHOP]);
  store.hear(wentDown);
  store.hide("shop");
  expect(store.rows().size).toBe(0);
  store.show("shop");
  expect(store.rows().get("shop")).toMatchObject({ name: "Shop", status: "DOWN" });
});

test.each([
  [
    "told to be deleted",
    (store: ReturnType<typeof createBoardStore>) => store.hear({ type: "monitor.deleted", data: { id: "shop" } }),
  ],
  ["not read any more", (store: ReturnType<typeof createBoardStore>) => store.keepOnly(new Set())],
])("a hidden row that is %s does not come back", (_, lose) => {
  const store = withHiddenShop();
  lose(store);
  store.show("shop");
  expect(store.rows().size).toBe(0);
});
