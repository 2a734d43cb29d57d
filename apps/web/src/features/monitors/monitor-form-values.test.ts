import { monitorCreateSchema, SECRET_MASK, type MonitorView } from "@pulsecheck/shared/monitor";
import { expect, test } from "vitest";
import { monitorFormSchema } from "./monitor-form-schema.ts";
import { changedOf } from "../../lib/changed-of.ts";
import { inputOf, valuesOf } from "./monitor-form-values.ts";

const RULES = { minIntervalS: 30, defaultIntervalS: 60 };
const AT = "2026-11-21T09:00:00.000Z";
const SHOP: MonitorView = {
  ...monitorCreateSchema(RULES).parse({ url: "https://shop.example/health", name: "Shop", method: "POST" }),
  id: "5a0e1a8c-0000-4000-8000-000000000000",
  kind: "http",
  ping_id: null,
  schedule: null,
  time_zone: null,
  grace_s: null,
  longest_run_s: null,
  last_ping_at: null,
  user_id: "5a0e1a8c-0000-4000-8000-000000000001",
  status: "UP",
  status_since: AT,
  in_maintenance_until: null,
  last_latency_ms: 5,
  last_checked_at: AT,
  last_reason: null,
  last_alert_sent_at: null,
  next_check_at: AT,
  created_at: AT,
  updated_at: AT,
  headers: { "X-Key": SECRET_MASK },
  body: SECRET_MASK,
  auth: { type: "basic", username: "alice" },
};
type Values = ReturnType<typeof valuesOf>;
const changeOf = (change: Partial<Values>) => changedOf(inputOf({ ...valuesOf(SHOP), ...change }), SHOP);

test("what is not touched is not sent, least of all a mask", () => {
  expect(changeOf({})).toEqual({});
  expect(JSON.stringify(inputOf(valuesOf(SHOP)))).not.toContain(SECRET_MASK);
});

test.each<[string, Partial<Values>, object]>([
  ["a new name", { name: "Store" }, { name: "Store" }],
  ["no name is the URL's", { name: " " }, { name: "shop.example/health" }],
  ["tags without empty ones", { tags: "a, ,b c," }, { tags: ["a", "b c"] }],
  [
    "statuses with commas or without",
    { expected_status: "200 204,300-399" },
    { expected_status: ["200", "204", "300-399"] },
  ],
  ["an empty number stays as it is", { interval: "", timeout_ms: " " }, {}],
  ["a keyword taken back is null, and was", { keyword: "" }, {}],
  ["headers removed", { headers: { isKept: false, rows: [] } }, { headers: null }],
  ["headers replaced", { headers: { isKept: false, rows: [{ name: "A ", value: "1" }] } }, { headers: { A: "1" } }],
  ["a method without a body drops it", { method: "GET" }, { method: "GET", body: null }],
  ["a body emptied", { body: { isKept: false, text: "" } }, { body: null }],
  [
    "a login replaced",
    { auth: { isKept: false, type: "bearer", username: "alice", password: "", token: "t" } },
    { auth: { type: "bearer", token: "t" } },
  ],
])("%s", (_, change, sent) => {
  expect(changeOf(change)).toEqual(sent);
});

const rows = (...pairs: [string, string][]) => ({
  isKept: false,
  rows: pairs.map(([name, value]) => ({ name, value })),
});
const LONG = "x".repeat(201);

test.each<[string, Partial<Values>, string]>([
  ["no URL", { url: "" }, "url: must start with http:// or https:// and name a host"],
  ["a long name", { name: LONG }, "name: must be at most 200 characters long"],
  ["too often", { interval: "29" }, "interval: must be 30 or more"],
  ["too seldom", { interval: "3601" }, "interval: must be 3600 or less"],
  ["half a second", { interval: "30.5" }, "interval: must be a whole number"],
  ["no number", { max_redirects: "some" }, "max_redirects: must be a whole number"],
  ["no status", { expected_status: "fine" }, "expected_status: must be codes and ranges, such as 204, 200-299"],
  ["a falling range", { expected_status: "299-200" }, "expected_status: must rise, as in 200-299"],
  ["too many tags", { tags: Array.from({ length: 21 }, (_, i) => i).join() }, "tags: must be at most 20"],
  [
    "a header of ours",
    { headers: rows(["Host", "a"], ["Expect", "1"]) },
    "headers: Expect is set by PulseCheck itself",
  ],
  ["a header without a name", { headers: rows(["", "1"]) }, "headers: each needs a name"],
  ["a header without a value", { headers: rows(["A", ""]) }, "headers: A needs a value"],
  ["a header twice", { headers: rows(["A", "1"], ["a", "2"]) }, "headers: a is there twice"],
  [
    "a long body",
    { body: { isKept: false, text: "x".repeat(10_001) } },
    "body.text: must be at most 10000 characters long",
  ],
  [
    "a login without a password",
    { auth: { isKept: false, type: "basic", username: "", password: "", token: "" } },
    "auth.password: must not be empty",
  ],
])("%s is told at its field", (_, change, told) => {
  const judged = monitorFormSchema(RULES, false).safeParse({ ...valuesOf(SHOP), ...change });
  expect(judged.error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`)).toContain(told);
});
