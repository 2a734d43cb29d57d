import { z } from "zod";
import { monitorStatusSchema, reasonSchema } from "./check.ts";
import { pageQuery, sortQuery, textQuery, totalQuery } from "./list.ts";
import { parseTargetUrl } from "./target-url.ts";

/** `http`: we ask it. `cron`: it pings us. */
export const MONITOR_KINDS = ["http", "cron"] as const;
export type MonitorKind = (typeof MONITOR_KINDS)[number];

export const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;
export const LONGEST_INTERVAL_S = 3_600;
/** What stands in the place of a secret wherever a monitor is shown. */
export const SECRET_MASK = "********";

const url = z.string().transform((text, context) => {
  const parsed = parseTargetUrl(text);
  if (parsed.ok) return parsed.url.href;
  context.addIssue({ code: "custom", message: parsed.detail });
  return z.NEVER;
});

const MASKED = "is the mask of a secret, not a value; leave the field out to keep what is there";
function isNoMask(text: string): boolean {
  return text !== SECRET_MASK;
}

const HOP_HEADERS = "connection content-length expect keep-alive te trailer transfer-encoding upgrade".split(" ");
const headerName = z
  .string()
  .max(100)
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, "must be an HTTP header name")
  .refine((name) => !HOP_HEADERS.includes(name.toLowerCase()), "is set by PulseCheck itself");
const headerValue = z
  .string()
  .max(4_000)
  .regex(/^[\t\u0020-\u007e\u0080-\u00ff]*$/, "must be printable text without line breaks")
  .refine(isNoMask, MASKED);
const headers = z
  .record(headerName, headerValue)
  .refine((record) => Object.keys(record).length <= 30, "must have at most 30 entries");

const secret = z.string().min(1).max(1_000).refine(isNoMask, MASKED);
const auth = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("basic"),
    username: z
      .string()
      .max(200)
      .regex(/^[^:]*$/, "must not contain a colon"),
    password: secret,
  }),
  z.strictObject({ type: z.literal("bearer"), token: secret.regex(/^[\u0021-\u007e]+$/, "must be printable ASCII") }),
]);

/** A status code or a range of them, such as 204 or "200-299". */
const statusRange = z
  .union([z.int().min(100).max(599).transform(String), z.string().regex(/^[1-5]\d\d(-[1-5]\d\d)?$/)])
  .refine((text) => isRising(text), "must rise, as in 200-299");
const expectedStatus = z.array(statusRange).min(1).max(20);

function isRising(range: string): boolean {
  const [low, high] = range.split("-").map(Number);
  return high === undefined || (low ?? 0) <= high;
}

const tag = z.string().trim().min(1).max(50);
const tags = z
  .array(tag)
  .max(20)
  .transform((list) => [...new Set(list)]);
const keyword = z.string().min(1).max(500);

/** What an instance allows and assumes for new monitors; seconds. */
export type IntervalRules = { minIntervalS: number; defaultIntervalS: number };

const externalKey = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .nullable()
  .describe("What it is called elsewhere, once in a workspace: an import finds it again by this");

/** What every monitor has, whatever its kind. */
export const commonFields = {
  external_key: externalKey,
  name: z.string().trim().min(1).max(200),
  tags,
  notes: z.string().max(5_000),
  is_active: z.boolean().describe("false pauses the monitor"),
  alerts_on_anomaly: z.boolean().describe("A latency far outside its usual band opens an incident and is told"),
};

/** The fields of a monitor of the kind http. */
export function httpFields({ minIntervalS }: IntervalRules) {
  return {
    url,
    ...commonFields,
    interval: z.int().min(minIntervalS).max(LONGEST_INTERVAL_S).describe("Whole seconds between checks"),
    method: z.enum(METHODS),
    headers: headers.nullable().describe("Sent with each check; stored encrypted, shown masked"),
    body: z
      .string()
      .max(10_000)
      .refine(isNoMask, MASKED)
      .nullable()
      .describe("Sent with each check; stored encrypted, shown masked"),
    auth: auth.nullable().describe("Stored encrypted, shown masked"),
    expected_status: expectedStatus.describe('Codes and ranges, such as [204, "200-299"]'),
    keyword: keyword.nullable().describe("The body must contain it"),
    keyword_absent: keyword.nullable().describe("The body must not contain it"),
    timeout_ms: z.int().min(100).max(60_000).describe("Limit of the whole check, redirects included"),
    follow_redirects: z.boolean(),
    max_redirects: z.int().min(0).max(10),
    verify_tls: z.boolean(),
    failure_threshold: z.int().min(1).max(10).describe("Failed checks in a row that make an outage"),
  };
}

/** What is said of a body that the method does not send. */
export const NO_BODY = "must be left out (or null) with GET and HEAD";

export function mayHaveBody(method: string): boolean {
  return method !== "GET" && method !== "HEAD";
}

/** Body of `POST /monitors`, with its defaults filled in. */
export function monitorCreateSchema(rules: IntervalRules) {
  const all = httpFields(rules);
  return z
    .strictObject({
      ...all,
      kind: z.literal("http").optional(),
      interval: all.interval.default(rules.defaultIntervalS),
      method: all.method.default("GET"),
      headers: all.headers.default(null),
      body: all.body.default(null),
      auth: all.auth.default(null),
      expected_status: all.expected_status.default(["200-299"]),
      keyword: all.keyword.default(null),
      keyword_absent: all.keyword_absent.default(null),
      timeout_ms: all.timeout_ms.default(10_000),
      follow_redirects: all.follow_redirects.default(true),
      max_redirects: all.max_redirects.default(5),
      verify_tls: all.verify_tls.default(true),
      failure_threshold: all.failure_threshold.default(2),
      external_key: all.external_key.default(null),
      tags: all.tags.default([]),
      notes: all.notes.default(""),
      is_active: all.is_active.default(true),
      alerts_on_anomaly: all.alerts_on_anomaly.default(false),
    })
    .refine((input) => input.body === null || mayHaveBody(input.method), {
      path: ["body"],
      message: NO_BODY,
    });
}
export type MonitorInput = z.infer<ReturnType<typeof monitorCreateSchema>>;

/** Body of `PATCH /monitors/{id}`: what is left out stays; null clears. */
export function monitorUpdateSchema(rules: IntervalRules) {
  return z.strictObject(httpFields(rules)).partial();
}
export type MonitorChange = z.infer<ReturnType<typeof monitorUpdateSchema>>;

/** The part of a monitor that is stored encrypted. */
export type MonitorSecrets = Pick<MonitorInput, "headers" | "body" | "auth">;

/** What readers see of the secrets: their names, never their values. */
export const secretOutlineSchema = z.object({
  headers: z.record(z.string(), z.string()).nullable(),
  body: z.string().nullable(),
  auth: z.object({ type: z.string(), username: z.string().optional() }).nullable(),
});
export type SecretOutline = z.infer<typeof secretOutlineSchema>;

export function outlineSecrets({ headers: sent, body, auth: login }: MonitorSecrets): SecretOutline {
  return {
    headers: sent && Object.fromEntries(Object.keys(sent).map((name) => [name, SECRET_MASK])),
    body: body === null ? null : SECRET_MASK,
    auth: login && (login.type === "basic" ? { type: "basic", username: login.username } : { type: "bearer" }),
  };
}

/** What a cron job alone has. */
const cronView = {
  ping_id: z.guid().nullable().describe("Null for those who may not write"),
  schedule: z.string().nullable(),
  time_zone: z.string().nullable(),
  grace_s: z.int().nullable(),
  longest_run_s: z.int().nullable(),
  last_ping_at: z.iso.datetime().nullable().describe("Logs do not count"),
};

export const monitorSchema = z
  .object({
    id: z.uuid(),
    external_key: z.string().nullable(),
    kind: z.enum(MONITOR_KINDS),
    name: z.string(),
    url: z
      .string()
      .describe(
        "Of a cron job the path that it pings; masked on the board, in live frames, and for those who may not write",
      ),
    interval: z.int(),
    status: monitorStatusSchema,
    status_since: z.iso.datetime().nullable(),
    is_active: z.boolean(),
    in_maintenance_until: z.iso.datetime().nullable().describe("When the maintenance that is on ends; null: none is"),
    last_latency_ms: z.number().nullable(),
    last_checked_at: z.iso.datetime().nullable(),
    last_reason: reasonSchema.nullable(),
    last_alert_sent_at: z.iso.datetime().nullable(),
    next_check_at: z.iso.datetime().nullable(),
    method: z.enum(METHODS),
    ...secretOutlineSchema.shape,
    expected_status: z.array(z.string()),
    keyword: z.string().nullable(),
    keyword_absent: z.string().nullable(),
    timeout_ms: z.int(),
    follow_redirects: z.boolean(),
    max_redirects: z.int(),
    verify_tls: z.boolean(),
    failure_threshold: z.int(),
    ...cronView,
    tags: z.array(z.string()),
    notes: z.string(),
    alerts_on_anomaly: z.boolean(),
    user_id: z.uuid(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: "Monitor" });
export type MonitorView = z.infer<typeof monitorSchema>;

export const MONITOR_SORTS = ["name", "status", "created_at", "last_checked_at", "last_latency_ms"] as const;
export type MonitorSort = (typeof MONITOR_SORTS)[number];

export const monitorListQuery = z.strictObject({
  ...pageQuery,
  ...totalQuery,
  sort: sortQuery(MONITOR_SORTS, "name"),
  kind: z.enum(MONITOR_KINDS).optional(),
  status: monitorStatusSchema.optional(),
  tag: tag.optional(),
  is_active: z.stringbool().optional(),
  q: textQuery("the name, or in the URL of a website"),
});
export type MonitorListQuery = z.infer<typeof monitorListQuery>;

/** Does a response status fulfil `expected_status`? */
export function isExpectedStatus(expected: readonly string[], status: number): boolean {
  return expected.some((range) => {
    const [low = 0, high = low] = range.split("-").map(Number);
    return low <= status && status <= high;
  });
}
