import { performance } from "node:perf_hooks";
import { outcomeOf, type ProbeResult } from "@pulsecheck/shared/check";
import { isExpectedStatus } from "@pulsecheck/shared/monitor";
import type { Cidr } from "@pulsecheck/shared/target-address";
import { startDeadline, type Deadline } from "../../outgoing/deadline.ts";
import { guardedConnect, type Trace } from "../../outgoing/guarded-connect.ts";
import { explainError, ProbeFailure } from "../../outgoing/probe-failure.ts";
import { judgeText, unpackText } from "./http-body.ts";
import { exchange, type Answer, type BodyUse, type HttpRequest } from "../../outgoing/exchange.ts";
import { firstRequest, nextRequest, type HttpTarget, type Redirect } from "./http-request.ts";

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
  const deadline = startDeadline(target.timeoutMs);
  let host = target.url;
  try {
    let request = firstRequest(target);
    for (let hops = 0; ; hops++) {
      host = request.url.host;
      Object.assign(learnt, NOTHING);
      const redirect = await hop(request, target, allowed, deadline, learnt);
      if (redirect === null) return null;
      if (hops >= target.maxRedirects) {
        throw new ProbeFailure("redirect", `${target.url} redirected more than ${target.maxRedirects} times.`);
      }
      request = nextRequest(request, redirect);
    }
  } catch (error) {
    return explainError(error, learnt.phase, host, target.timeoutMs);
  } finally {
    deadline.clear();
  }
}

/** One hop: connect, ask, judge. Answers where it leads on, or null where it ends. Throws what went wrong. */
async function hop(
  request: HttpRequest,
  target: HttpTarget,
  allowed: readonly Cidr[],
  deadline: Deadline,
  learnt: Learnt,
): Promise<Redirect | null> {
  const socket = await guardedConnect(request.url, { allowed, verifyTls: target.verifyTls, deadline }, learnt);
  learnt.phase = "request";
  deadline.ends((timedOut) => socket.destroy(timedOut));
  const answer = await exchange(socket, withEncodings(request, target), (head) => {
    learnt.phase = "body";
    learnt.httpStatus = head.status;
    learnt.firstByte = tenths(head.firstByteMs);
    return bodyUse(target, head.status);
  });
  if (isRedirect(target, answer.status)) return redirectOf(answer);
  await judge(answer, target, request.url.host);
  return null;
}

function wantsText({ keyword, keywordAbsent }: HttpTarget): boolean {
  return keyword !== null || keywordAbsent !== null;
}

function withEncodings(request: HttpRequest, target: HttpTarget): HttpRequest {
  return wantsText(target) ? { ...request, headers: { "accept-encoding": "gzip, br", ...request.headers } } : request;
}

function bodyUse(target: HttpTarget, status: number): BodyUse {
  if (!isExpectedStatus(target.expectedStatus, status)) return "none";
  return wantsText(target) ? "text" : "arrival";
}

function isRedirect(target: HttpTarget, status: number): boolean {
  return target.followRedirects && REDIRECTS.has(status) && !isExpectedStatus(target.expectedStatus, status);
}

function redirectOf({ status, headers }: Answer): Redirect {
  const { location } = headers;
  return { status, location: typeof location === "string" ? location : null };
}

async function judge({ status, headers, body, isCut }: Answer, target: HttpTarget, host: string): Promise<void> {
  if (!isExpectedStatus(target.expectedStatus, status)) {
    const expected = target.expectedStatus.join(", ");
    throw new ProbeFailure("http_status", `${host} answered with status ${status}; expected was ${expected}.`);
  }
  if (!wantsText(target)) return;
  judgeText(await unpackText(body, String(headers["content-encoding"] ?? ""), isCut), target, host);
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
