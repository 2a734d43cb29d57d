import type { MonitorSecrets } from "@pulsecheck/shared/monitor";
import { parseTargetUrl, type ParsedTarget } from "@pulsecheck/shared/target-url";
import type { HttpRequest } from "../../outgoing/exchange.ts";
import { ProbeFailure } from "../../outgoing/probe-failure.ts";

/** What an HTTP(S) check asks and expects. */
export type HttpTarget = MonitorSecrets & {
  url: string;
  method: string;
  timeoutMs: number;
  expectedStatus: readonly string[];
  keyword: string | null;
  keywordAbsent: string | null;
  followRedirects: boolean;
  maxRedirects: number;
  verifyTls: boolean;
};

const OWN_HEADERS = { "user-agent": "PulseCheck/0.1 (uptime monitor)", accept: "*/*" };

/** Where an answer sends us: its `Location`, null where it has none. */
export type Redirect = { status: number; location: string | null };

export function firstRequest({ url, method, headers, body, auth }: HttpTarget): HttpRequest {
  const parsed = parseTargetUrl(url);
  if (!parsed.ok) throw new ProbeFailure("blocked", `${url} cannot be checked: the address ${parsed.detail}.`);
  const own: Record<string, string> = { ...OWN_HEADERS };
  if (auth?.type === "basic") own["authorization"] = `Basic ${base64(`${auth.username}:${auth.password}`)}`;
  if (auth?.type === "bearer") own["authorization"] = `Bearer ${auth.token}`;
  for (const [name, value] of Object.entries(headers ?? {})) own[name.toLowerCase()] = value;
  return { url: parsed.url, method, headers: own, body };
}

/** Where a redirect leads. What a person entrusted to one origin (headers, body, login) does not go to another. */
export function nextRequest(request: HttpRequest, { status, location }: Redirect): HttpRequest {
  const target = follow(location, request.url);
  if (!target.ok)
    throw new ProbeFailure("redirect", `${request.url.host} redirected to an address that ${target.detail}.`);
  const { url } = target;
  const becomesGet = status === 303 || ((status === 301 || status === 302) && request.method === "POST");
  const method = becomesGet && request.method !== "HEAD" ? "GET" : request.method;
  if (url.origin !== request.url.origin) {
    return { url, method: method === "HEAD" ? "HEAD" : "GET", headers: OWN_HEADERS, body: null };
  }
  return { ...request, url, method, body: becomesGet ? null : request.body };
}

function follow(location: string | null, from: URL): ParsedTarget {
  if (location === null) return { ok: false, detail: "it did not name" };
  if (!URL.canParse(location, from.href)) return { ok: false, detail: "is not a valid URL" };
  return parseTargetUrl(new URL(location, from).href);
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
