import { performance } from "node:perf_hooks";
import { outcomeOf, type ProbeResult } from "@pulsecheck/shared/check";
import { isExpectedStatus, type MonitorSecrets } from "@pulsecheck/shared/monitor";
import type { Cidr } from "@pulsecheck/shared/target-address";
import { parseTargetUrl } from "@pulsecheck/shared/target-url";
import { Client, type Dispatcher } from "undici";
import { guardedConnect, type Trace } from "../guarded-connect.ts";
import { explainError, ProbeFailure } from "../probe-failure.ts";
import { drainBody, MAX_BODY_BYTES, readText } from "./http-body.ts";

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

const MAX_HEADER_BYTES = 16_384;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const OWN_HEADERS = { "user-agent": "PulseCheck/0.1 (uptime monitor)", accept: "*/*" };

type Request = { url: URL; method: string; headers: Record<string, string>; body: string | null };
type Response = { status: number; location: string | null; firstByte: number };

/**
 * One HTTP(S) check: a new connection, redirects followed hop by hop, bounded in time, bytes and hops. The
 * answer is data whatever the target does.
 * @param startedAt by the database's clock
 */
export async function probeHttp(target: HttpTarget, allowed: readonly Cidr[], startedAt: Date): Promise<ProbeResult> {
  const began = performance.now();
  const signal = AbortSignal.timeout(target.timeoutMs);
  const trace: Trace = { phase: "dns", dns: null, connect: null, tls: null, address: null, tlsExpiresAt: null };
  let response: Response | null = null;
  let failure: ProbeFailure | null = null;
  let request = firstRequest(target);
  try {
    for (let hops = 0; ; hops++) {
      response = null;
      Object.assign(trace, { dns: null, connect: null, tls: null, address: null, tlsExpiresAt: null });
      response = await exchange(request, target, allowed, signal, trace);
      if (!isRedirect(target, response)) break;
      if (hops >= target.maxRedirects)
        throw new ProbeFailure("redirect", `${target.url} redirected more than ${target.maxRedirects} times.`);
      request = nextRequest(request, response);
    }
  } catch (error) {
    failure = explainError(error, trace.phase, request.url.host, target.timeoutMs);
  }
  return {
    outcome: outcomeOf(failure?.reason ?? null),
    reason: failure?.reason ?? null,
    detail: failure?.message ?? null,
    httpStatus: response?.status ?? statusOf(failure),
    phases: {
      dns: trace.dns,
      connect: trace.connect,
      tls: trace.tls,
      firstByte: response?.firstByte ?? null,
      total: tenths(performance.now() - began),
    },
    resolvedAddress: trace.address,
    tlsExpiresAt: trace.tlsExpiresAt,
    startedAt,
  };
}

/** A failure after the answer's head: its status is known. */
class AnswerFailure extends ProbeFailure {
  readonly status: number;

  constructor(status: number, failure: ProbeFailure) {
    super(failure.reason, failure.message);
    this.status = status;
  }
}

function statusOf(failure: ProbeFailure | null): number | null {
  return failure instanceof AnswerFailure ? failure.status : null;
}

function firstRequest({ url, method, headers, body, auth }: HttpTarget): Request {
  const own: Record<string, string> = { ...OWN_HEADERS };
  if (auth?.type === "basic")
    own["authorization"] = `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString("base64")}`;
  if (auth?.type === "bearer") own["authorization"] = `Bearer ${auth.token}`;
  for (const [name, value] of Object.entries(headers ?? {})) own[name.toLowerCase()] = value;
  return { url: new URL(url), method, headers: own, body };
}

/** Where a redirect leads. What a person entrusted to one origin (headers, body, login) does not go to another. */
function nextRequest(request: Request, { status, location }: Response): Request {
  const target =
    location === null || !URL.canParse(location, request.url.href)
      ? null
      : parseTargetUrl(new URL(location, request.url).href);
  if (target === null || !target.ok) {
    throw new AnswerFailure(
      status,
      new ProbeFailure("redirect", `${request.url.host} redirected to an address that cannot be followed.`),
    );
  }
  const becomesGet = status === 303 || ((status === 301 || status === 302) && request.method === "POST");
  const method = becomesGet && request.method !== "HEAD" ? "GET" : request.method;
  if (target.url.origin !== request.url.origin)
    return { url: target.url, method: method === "HEAD" ? "HEAD" : "GET", headers: OWN_HEADERS, body: null };
  return { ...request, url: target.url, method, body: becomesGet ? null : request.body };
}

function isRedirect(target: HttpTarget, { status }: Response): boolean {
  return target.followRedirects && REDIRECTS.has(status) && !isExpectedStatus(target.expectedStatus, status);
}

/** One hop: connect, ask, judge. Throws what went wrong. */
async function exchange(
  request: Request,
  target: HttpTarget,
  allowed: readonly Cidr[],
  signal: AbortSignal,
  trace: Trace,
): Promise<Response> {
  const socket = await guardedConnect(request.url, { allowed, verifyTls: target.verifyTls, signal }, trace);
  const client = new Client(request.url.origin, {
    // Later, not at once: undici does not expect an answer while it is still asking.
    connect: (_options, callback) => queueMicrotask(() => callback(null, socket)),
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: MAX_HEADER_BYTES,
  });
  trace.phase = "request";
  const asked = performance.now();
  const wantsText = target.keyword !== null || target.keywordAbsent !== null;
  try {
    const answer = await client.request({
      path: request.url.pathname + request.url.search,
      method: request.method,
      headers: wantsText ? { "accept-encoding": "gzip, deflate, br", ...request.headers } : request.headers,
      body: request.body,
      signal,
    });
    const location = answer.headers["location"];
    const response = {
      status: answer.statusCode,
      location: typeof location === "string" ? location : null,
      firstByte: tenths(performance.now() - asked),
    };
    answer.body.on("error", () => undefined);
    if (!isRedirect(target, response)) await judge(answer, target, request.url.host, wantsText);
    return response;
  } finally {
    client.destroy().catch(() => undefined);
    socket.destroy();
  }
}

async function judge(
  answer: Dispatcher.ResponseData,
  target: HttpTarget,
  host: string,
  wantsText: boolean,
): Promise<void> {
  const { statusCode: status, body, headers } = answer;
  try {
    if (!isExpectedStatus(target.expectedStatus, status)) {
      throw new ProbeFailure(
        "http_status",
        `${host} answered with status ${status}; expected was ${target.expectedStatus.join(", ")}.`,
      );
    }
    if (wantsText) judgeText(await readText(body, String(headers["content-encoding"] ?? "")), target, host);
    else await drainBody(body);
  } catch (error) {
    throw new AnswerFailure(status, explainError(error, "request", host, target.timeoutMs));
  }
}

function judgeText(
  { text, isCut }: { text: string; isCut: boolean },
  { keyword, keywordAbsent }: HttpTarget,
  host: string,
): void {
  if (keywordAbsent !== null && text.includes(keywordAbsent)) {
    throw new ProbeFailure("assertion", `The answer of ${host} contains "${keywordAbsent}", which it must not.`);
  }
  const isMissing = keyword !== null && !text.includes(keyword);
  if (isCut && (isMissing || keywordAbsent !== null)) {
    throw new ProbeFailure(
      "too_large",
      `The answer of ${host} is longer than the ${MAX_BODY_BYTES} bytes that PulseCheck searches.`,
    );
  }
  if (isMissing) throw new ProbeFailure("assertion", `The answer of ${host} does not contain "${keyword}".`);
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
