import type { Cidr } from "@pulsecheck/shared/target-address";
import { startDeadline } from "./deadline.ts";
import { exchange, type Answer, type Head, type HttpRequest } from "./exchange.ts";
import { guardedConnect, type Trace } from "./guarded-connect.ts";
import { explainError, type ProbeFailure } from "./probe-failure.ts";

export type Asked =
  /** The rest of an answer may be missing: its head is the answer. */
  | { ok: true; head: Head; body: Buffer }
  /** `mayHaveArrived`: the request was on its way. */
  | { ok: false; failure: ProbeFailure; mayHaveArrived: boolean };

/** Asks once, over a new guarded connection, bounded in time and bytes; follows no redirect. Never rejects. */
export async function askOnce(request: HttpRequest, allowed: readonly Cidr[], timeoutMs: number): Promise<Asked> {
  const deadline = startDeadline(timeoutMs);
  const trace: Trace = { phase: "dns", dns: null, connect: null, tls: null, address: null, tlsExpiresAt: null };
  let head: Head | undefined;
  try {
    const socket = await guardedConnect(request.url, { allowed, verifyTls: true, deadline }, trace);
    trace.phase = "request";
    deadline.ends((timedOut) => socket.destroy(timedOut));
    const answer: Answer = await exchange(socket, request, (came) => {
      head = came;
      return "text";
    });
    return { ok: true, head: answer, body: answer.body };
  } catch (error) {
    if (head !== undefined) return { ok: true, head, body: Buffer.alloc(0) };
    const mayHaveArrived = trace.phase === "request";
    return { ok: false, failure: explainError(error, trace.phase, request.url.host, timeoutMs), mayHaveArrived };
  } finally {
    deadline.clear();
  }
}
