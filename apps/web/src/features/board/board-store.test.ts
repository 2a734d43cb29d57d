import type { MonitorOnBoard } from "@pulsecheck/shared/board";
import { describe, expect, test, vi } from "vitest";
import { applyEvent, createBoardStore } from "./board-store.ts";

const AT = "2026-11-21T09:00:00.000Z";
const row: MonitorOnBoard = {
  id: "a",
  kind: "http",
  name: "a",
  url: "https://a.example/",
  interval: 60,
  schedule: null,
  status: "UP",
  status_since: null,
  is_active: true,
  in_maintenance_until: null,
  tags: [],
  last_latency_ms: 12,
  last_checked_at: AT,
  last_reason: null,
  next_check_at: "2026-11-21T09:00:30.000Z",
};
const down = {
  type: "monitor.status",
  data: { monitor_id: "a", status: "DOWN", previous: "UP", reason: "timeout", detail: "late", at: AT },
} as const;

function checked(checkedAt: string, fields: object = {}) {
  const check = { id: "c", monitor_id: "a", kind: "scheduled", ok: true, status: "UP", reason: null, detail: null };
  const phases = { dns: null, connect: null, tls: null, first_byte: null, total: 20 };
  return {
    type: "monitor.checked",
    data: {
      ...check,
      latency_ms: 20,
      http_status: 200,
      phases_ms: phases,
      resolved_address: null,
      tls_expires_at: null,
      checked_at: checkedAt,
      ...fields,
    },
  } as Parameters<typeof applyEvent>[1];
}

describe("an event makes of a row", () => {
  const rows = new Map([["a", row]]);

  test("its new status", () => {
    expect(applyEvent(rows, down)?.row).toMatchObject({ status: "DOWN", status_since: AT, last_reason: "timeout" });
  });

  test.each([
    ["2026-11-21T09:00:30.100Z", "2026-11-21T09:01:30.000Z"],
    ["2026-11-21T09:00:12.000Z", "2026-11-21T09:00:30.000Z"],
    ["2026-11-21T09:05:00.000Z", "2026-11-21T09:05:30.000Z"],
  ])("checked at %s: due again at %s, on its own grid", (at, due) => {
    expect(applyEvent(rows, checked(at))?.row).toMatchObject({
      last_checked_at: at,
      last_latency_ms: 20,
      next_check_at: due,
    });
  });

  test("nothing, where it is of another monitor", () => {
    expect(applyEvent(new Map(), down)).toBeNull();
    expect(applyEvent(new Map(), checked(AT))).toBeNull();
  });
});

describe("the store", () => {
  test("tells a row's change to those who show that row, and to nobody else", () => {
    const store = createBoardStore();
    store.put([row, { ...row, id: "b" }]);
    const [own, other] = [vi.fn<() => void>(), vi.fn<() => void>()];
    store.onRow("a", own);
    store.onRow("b", other);
    store.hear(down);
    expect(own).toHaveBeenCalledTimes(1);
    expect(other).not.toHaveBeenCalled();
    expect(store.rows().get("a")?.status).toBe("DOWN");
  });

  test("has a new version for a change of status, of which many are one, and none for a check", async () => {
    const store = createBoardStore();
    store.put([row, { ...row, id: "b" }]);
    const versions = vi.fn<() => void>();
    store.onVersion(versions);
    await expect.poll(() => versions.mock.calls.length).toBe(1);
    store.hear(checked("2026-11-21T09:00:30.000Z"));
    store.hear(down);
    store.hear({ type: "monitor.deleted", data: { id: "b" } });
    await expect.poll(() => versions.mock.calls.length).toBe(2);
    expect([...store.rows().keys()]).toEqual(["a"]);
  });

  test("drops what a new reading does not find", () => {
    const store = createBoardStore();
    store.put([row, { ...row, id: "b" }]);
    store.keepOnly(new Set(["b"]));
    expect([...store.rows().keys()]).toEqual(["b"]);
  });
});
