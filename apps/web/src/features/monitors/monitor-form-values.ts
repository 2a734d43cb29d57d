import { mayHaveBody, type METHODS, type MonitorInput, type MonitorView } from "@pulsecheck/shared/monitor";
import { completeUrl, nameOf } from "./pasted-url.ts";

/** What is secret and stored is shown masked: it is kept unless it is replaced or removed. */
export type MonitorFormValues = {
  url: string;
  name: string;
  interval: string;
  method: (typeof METHODS)[number];
  headers: { isKept: boolean; rows: { name: string; value: string }[] };
  body: { isKept: boolean; text: string };
  auth: { isKept: boolean; type: "none" | "basic" | "bearer"; username: string; password: string; token: string };
  expected_status: string;
  keyword: string;
  keyword_absent: string;
  timeout_ms: string;
  follow_redirects: boolean;
  max_redirects: string;
  verify_tls: boolean;
  failure_threshold: string;
  alerts_on_anomaly: boolean;
  tags: string;
  notes: string;
};

/** The form's texts for a monitor as it is, or for what a new one would be. */
export function valuesOf(monitor: MonitorView | MonitorInput): MonitorFormValues {
  return {
    url: monitor.url,
    name: monitor.name,
    interval: String(monitor.interval),
    method: monitor.method,
    headers: { isKept: monitor.headers !== null, rows: [] },
    body: { isKept: monitor.body !== null, text: "" },
    auth: { isKept: monitor.auth !== null, type: "none", username: "", password: "", token: "" },
    expected_status: monitor.expected_status.join(", "),
    keyword: monitor.keyword ?? "",
    keyword_absent: monitor.keyword_absent ?? "",
    timeout_ms: String(monitor.timeout_ms),
    follow_redirects: monitor.follow_redirects,
    max_redirects: String(monitor.max_redirects),
    verify_tls: monitor.verify_tls,
    failure_threshold: String(monitor.failure_threshold),
    alerts_on_anomaly: monitor.alerts_on_anomaly,
    tags: monitor.tags.join(", "),
    notes: monitor.notes,
  };
}

/** The API's fields from the form's texts, still to be judged. What is left out stays, or is as usual. */
export function inputOf(values: MonitorFormValues): Record<string, unknown> {
  const { method, follow_redirects, verify_tls, alerts_on_anomaly, notes } = values;
  const url = completeUrl(values.url);
  const input = {
    url,
    name: values.name.trim() === "" ? nameOf(url) : values.name,
    interval: readNumber(values.interval),
    method,
    headers: readHeaders(values.headers),
    body: mayHaveBody(method) ? readBody(values.body) : null,
    auth: readAuth(values.auth),
    expected_status: readList(values.expected_status, /[\s,]+/),
    keyword: values.keyword === "" ? null : values.keyword,
    keyword_absent: values.keyword_absent === "" ? null : values.keyword_absent,
    timeout_ms: readNumber(values.timeout_ms),
    follow_redirects,
    max_redirects: readNumber(values.max_redirects),
    verify_tls,
    failure_threshold: readNumber(values.failure_threshold),
    alerts_on_anomaly,
    tags: readList(values.tags, /,/) ?? [],
    notes,
  };
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}

function readNumber(text: string): number | undefined {
  return text.trim() === "" ? undefined : Number(text);
}

function readList(text: string, between: RegExp): string[] | undefined {
  const items = text
    .split(between)
    .map((item) => item.trim())
    .filter(Boolean);
  return items.length === 0 ? undefined : items;
}

function readHeaders({ isKept, rows }: MonitorFormValues["headers"]) {
  if (isKept) return undefined;
  const filled = rows.filter(({ name, value }) => name !== "" || value !== "");
  return filled.length === 0 ? null : Object.fromEntries(filled.map(({ name, value }) => [name.trim(), value]));
}

function readBody({ isKept, text }: MonitorFormValues["body"]) {
  if (isKept) return undefined;
  return text === "" ? null : text;
}

function readAuth({ isKept, type, username, password, token }: MonitorFormValues["auth"]) {
  if (isKept) return undefined;
  if (type === "none") return null;
  return type === "basic" ? { type, username, password } : { type, token };
}
