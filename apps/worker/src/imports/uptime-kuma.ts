import { IMPORT_ROWS_AT_MOST } from "@pulsecheck/shared/import";
import { mayHaveBody } from "@pulsecheck/shared/monitor";
import { whyTextIsRefused } from "@pulsecheck/shared/text";
import { z } from "zod";
import type { MonitorDraft } from "./monitor-draft.ts";
import type { Remarks } from "./remarks.ts";

const flag = z.union([z.boolean(), z.int()]).transform(Boolean);
const text = z.string().nullish();
const count = z.number().nullish();

/** What we take of a monitor of Uptime Kuma 1.x (its server/model/monitor.js, `toJSON`). */
const monitorSchema = z.object({
  id: z.union([z.int(), z.string()]),
  name: z.string(),
  type: z.string(),
  url: text,
  method: text,
  interval: count,
  timeout: count,
  maxretries: count,
  retryInterval: count,
  maxredirects: count,
  accepted_statuscodes: z.array(z.string()).nullish(),
  keyword: text,
  invertKeyword: flag.nullish(),
  upsideDown: flag.nullish(),
  ignoreTls: flag.nullish(),
  active: flag.nullish(),
  description: text,
  headers: text,
  body: text,
  authMethod: text,
  basic_auth_user: text,
  basic_auth_pass: text,
  tags: z.array(z.object({ name: z.string(), value: text })).nullish(),
});
type KumaMonitor = z.infer<typeof monitorSchema>;
const backupSchema = z.object({ monitorList: z.array(z.unknown()) });

const COLUMNS = {
  interval: "interval",
  timeout_ms: "timeout",
  failure_threshold: "maxretries",
  max_redirects: "maxredirects",
  expected_status: "accepted_statuscodes",
  keyword_absent: "keyword",
  auth: "basic_auth_pass",
  notes: "description",
  grace_s: "retryInterval",
} as const;

const LONGEST_KEY = 200;
/** What a file may ask for beyond what we do is brought down to what we can: it means the same, only sooner. */
const MOST_RETRIES = 10;
const MOST_REDIRECTS = 10;
const LONGEST_INTERVAL_S = 3_600;
const LONGEST_TIMEOUT_S = 60;
const LEAST_GRACE_S = 60;

/** Monitors of an Uptime Kuma backup: those of its types http, keyword and push. All others are passed over with a warning. */
export function readUptimeKuma(
  file: string,
  errors: Remarks,
  warnings: Remarks,
): { drafts: MonitorDraft[]; rows: number } {
  const backup = backupSchema.safeParse(parseJson(file));
  if (!backup.success) {
    errors.add(null, null, "must be a backup of Uptime Kuma: JSON with a monitorList");
    return { drafts: [], rows: 0 };
  }
  const { monitorList } = backup.data;
  if (monitorList.length === 0) errors.add(null, "monitorList", "has no monitors");
  if (monitorList.length > IMPORT_ROWS_AT_MOST) {
    errors.add(null, "monitorList", `must have at most ${IMPORT_ROWS_AT_MOST} monitors`);
    return { drafts: [], rows: 0 };
  }
  const drafts = monitorList.flatMap((one, i) => draftOf(one, i + 1, errors, warnings) ?? []);
  return { drafts, rows: monitorList.length };
}

function parseJson(file: string): unknown {
  try {
    return JSON.parse(file, (_key, value: unknown) => {
      if (typeof value === "string" && whyTextIsRefused(value) !== null) throw new SyntaxError("no such text");
      return value;
    });
  } catch {
    return null;
  }
}

function draftOf(one: unknown, row: number, errors: Remarks, warnings: Remarks): MonitorDraft | null {
  const { data: monitor, error } = monitorSchema.safeParse(one);
  if (monitor === undefined) {
    for (const { path, message } of error.issues) errors.add(row, path.map(String).join(".") || null, message);
    return null;
  }
  const why = whyPassedOver(monitor);
  if (why !== null) {
    warnings.add(row, why.column, `${monitor.name}: ${why.detail}`);
    return null;
  }
  const fields = monitor.type === "push" ? jobOf(monitor) : websiteOf(monitor, row, errors, warnings);
  if (monitor.type === "push")
    warnings.add(row, "pushToken", `${monitor.name}: gets a new ping address here; put it into the job`);
  const externalKey = `uptime-kuma:${monitor.id}:${monitor.name.trim()}`.slice(0, LONGEST_KEY).trim();
  const shared = {
    external_key: externalKey,
    name: monitor.name,
    notes: monitor.description ?? "",
    is_active: monitor.active ?? true,
    tags: (monitor.tags ?? []).map(({ name, value }) => (value ? `${name}: ${value}` : name)),
  };
  return { row, names: { externalKey, id: null, url: null }, fields: { ...shared, ...fields }, columns: COLUMNS };
}

function whyPassedOver({ type, upsideDown }: KumaMonitor): { column: string; detail: string } | null {
  if (!["http", "keyword", "push"].includes(type))
    return { column: "type", detail: `the type ${type} has no place in PulseCheck` };
  if (upsideDown === true) return { column: "upsideDown", detail: "what should be down cannot be watched" };
  return null;
}

/** What a job does not tell in time is late after all its retries. */
function jobOf({ interval, maxretries, retryInterval }: KumaMonitor): Record<string, unknown> {
  const graceS = Math.max(LEAST_GRACE_S, (maxretries ?? 0) * (retryInterval ?? 0));
  return { kind: "cron", interval: interval ?? 60, grace_s: graceS };
}

function websiteOf(monitor: KumaMonitor, row: number, errors: Remarks, warnings: Remarks): Record<string, unknown> {
  const { interval, timeout, maxretries, maxredirects, keyword, accepted_statuscodes: codes } = monitor;
  const bring = (column: string, value: number, most: number) => {
    if (value > most)
      warnings.add(row, column, `${monitor.name}: ${value} is more than PulseCheck does; it becomes ${most}`);
    return Math.min(value, most);
  };
  const asks = monitor.type === "keyword" ? keyword : null;
  return {
    url: monitor.url ?? "",
    method: (monitor.method ?? "GET").toUpperCase(),
    interval: bring("interval", interval ?? 60, LONGEST_INTERVAL_S),
    // Kuma 1.x before 1.23 has none, and gives up after four fifths of the interval.
    timeout_ms: Math.round(1_000 * Math.min(timeout || (interval ?? 60) * 0.8, LONGEST_TIMEOUT_S)),
    failure_threshold: bring("maxretries", maxretries ?? 0, MOST_RETRIES - 1) + 1,
    follow_redirects: maxredirects !== 0,
    max_redirects: bring("maxredirects", maxredirects ?? MOST_REDIRECTS, MOST_REDIRECTS),
    expected_status: codes ?? ["200-299"],
    keyword: monitor.invertKeyword === true ? null : asks,
    keyword_absent: monitor.invertKeyword === true ? asks : null,
    verify_tls: monitor.ignoreTls !== true,
    ...secretsOf(monitor, row, errors, warnings),
  };
}

function secretsOf(monitor: KumaMonitor, row: number, errors: Remarks, warnings: Remarks): Record<string, unknown> {
  const { authMethod, basic_auth_user: username, basic_auth_pass: password, body, method } = monitor;
  if (authMethod && authMethod !== "basic")
    warnings.add(row, "authMethod", `${monitor.name}: ${authMethod} is left out; PulseCheck knows basic and bearer`);
  const isBasic = !authMethod || authMethod === "basic";
  if (isBasic && username && !password)
    warnings.add(row, "basic_auth_pass", `${monitor.name}: its login is left out; PulseCheck needs a password as well`);
  return {
    headers: readHeaders(monitor.headers, row, errors),
    body: mayHaveBody((method ?? "GET").toUpperCase()) ? body || null : null,
    auth: isBasic && password ? { type: "basic", username: username ?? "", password } : null,
  };
}

function readHeaders(json: string | null | undefined, row: number, errors: Remarks): unknown {
  if (!json) return null;
  const headers = parseJson(json);
  if (headers === null) errors.add(row, "headers", "must be a JSON object");
  return headers;
}
