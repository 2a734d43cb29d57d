import { performance } from "node:perf_hooks";
import { outcomeOf, type ProbeResult } from "@pulsecheck/shared/check";
import { isExpectedStatus } from "@pulsecheck/shared/monitor";
import type { Cidr } from "@pulsecheck/shared/target-address";
import { Client, type Dispatcher } from "undici";
import { guardedConnect, type Trace } from "../guarded-connect.ts";
import { explainError, ProbeFailure } from "../probe-failure.ts";
import { drainBody, judgeText, readText } from "./http-body.ts";
import { firstRequest, nextRequest, type HttpRequest, type HttpTarget, type Redirect } from "./http-request.ts";

const MAX_HEADER_BYTES = 16_384;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** What a check has learnt so far; begun anew with each hop. */
type Learnt = Trace & { httpStatus: number | null; firstByte: number | null };

const NOTHING: Learnt = {
  phase: "dns",
  dns: null,
  connect: null,
  tls: null,
  address: null,
  tlsExpiresAt: null,
  httpStatus: null,
  firstByte: null,
};

/**
 * One HTTP(S) check: a new connection, redirects followed hop by hop, bounded in time, bytes and hops. The
 * answer is data whatever the target does.
 * @param startedAt by the database's clock
 */
export async function probeHttp(target: HttpTarget, allowed: readonly Cidr[], startedAt: Date): Promise<ProbeResult> {
  const began = performance.now();
  const learnt: Learnt = { ...NOTHING };
  const failure = await tryTarget(target, allowed, learnt);
  return {
    outcome: outcomeOf(failure?.reason ?? null),
    reason: failure?.reason ?? null,
    detail: failure?.message ?? null,
    httpStatus: learnt.httpStatus,
    phases: {
      dns: learnt.dns,
      connect: learnt.connect,
      tls: learnt.tls,
      firstByte: learnt.firstByte,
      total: tenths(performance.now() - began),
    },
    resolvedAddress: learnt.address,
    tlsExpiresAt: learnt.tlsExpiresAt,
    startedAt,
  };
}

async function tryTarget(target: HttpTarget, allowed: readonly Cidr[], learnt: Learnt): Promise<ProbeFailure | null> {
  const signal = AbortSignal.timeout(target.timeoutMs);
  let host = target.url;
  try {
    let request = firstRequest(target);
    for (let hops = 0; ; hops++) {
      host = request.url.host;
      Object.assign(learnt, NOTHING);
      const redirect = await exchange(request, target, allowed, signal, learnt);
      if (redirect === null) return null;
      if (hops >= target.maxRedirects) {
        throw new ProbeFailure("redirect", `${target.url} redirected more than ${target.maxRedirects} times.`);
      }
      request = nextRequest(request, redirect);
    }
  } catch (error) {
    return explainError(error, learnt.phase, host, target.timeoutMs);
  }
}

/** One hop: connect, ask, judge. Answers where it leads on, or null where it ends. Throws what went wrong. */
async function exchange(
  request: HttpRequest,
  target: HttpTarget,
  allowed: readonly Cidr[],
  signal: AbortSignal,
  learnt: Learnt,
): Promise<Redirect | null> {
  const socket = await guardedConnect(request.url, { allowed, verifyTls: target.verifyTls, signal }, learnt);
  const client = new Client(request.url.origin, {
    // Later, not at once: undici does not expect an answer while it is still asking.
    connect: (_options, callback) => queueMicrotask(() => callback(null, socket)),
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: MAX_HEADER_BYTES,
  });
  learnt.phase = "request";
  const asked = performance.now();
  const wantsText = target.keyword !== null || target.keywordAbsent !== null;
  try {
    const answer = await client.request({
      path: request.url.pathname + request.url.search,
      method: request.method,
      headers: wantsText ? { "accept-encoding": "gzip, br", ...request.headers } : request.headers,
      body: request.body,
      signal,
    });
    learnt.phase = "body";
    learnt.httpStatus = answer.statusCode;
    learnt.firstByte = tenths(performance.now() - asked);
    answer.body.on("error", () => undefined);
    if (isRedirect(target, answer.statusCode)) return redirectOf(answer);
    await judge(answer, target, request.url.host, wantsText);
    return null;
  } finally {
    client.destroy().catch(() => undefined);
    socket.destroy();
  }
}

function isRedirect(target: HttpTarget, status: number): boolean {
  return target.followRedirects && REDIRECTS.has(status) && !isExpectedStatus(target.expectedStatus, status);
}

function redirectOf({ statusCode, headers }: Dispatcher.ResponseData): Redirect {
  const { location } = headers;
  return { status: statusCode, location: typeof location === "string" ? location : null };
}

async function judge(
  { statusCode, body, headers }: Dispatcher.ResponseData,
  target: HttpTarget,
  host: string,
  wantsText: boolean,
): Promise<void> {
  if (!isExpectedStatus(target.expectedStatus, statusCode)) {
    const expected = target.expectedStatus.join(", ");
    throw new ProbeFailure("http_status", `${host} answered with status ${statusCode}; expected was ${expected}.`);
  }
  if (!wantsText) return drainBody(body);
  judgeText(await readText(body, String(headers["content-encoding"] ?? "")), target, host);
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
