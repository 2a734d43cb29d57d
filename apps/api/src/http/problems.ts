import { fieldErrors } from "@pulsecheck/shared/field-errors";
import { Refusal, refuseMediaType } from "@pulsecheck/shared/refusal";
import type { Problem } from "@pulsecheck/shared/problem";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { z } from "zod";
import type { ApiEnv } from "../context.ts";

/** The one place where an error becomes an answer: a refusal is told, a bug is logged once and hidden. */
export function answerError(error: Error, c: Context<ApiEnv>): Response {
  if (error instanceof Refusal) {
    const headers: Record<string, string> = {};
    if (error.retryAfterS !== undefined) headers["Retry-After"] = String(Math.ceil(error.retryAfterS));
    // The rest of the body is not read, so nothing else can come on this connection.
    if (error.status === 413) headers["Connection"] = "close";
    if (error.status === 426) headers["Upgrade"] = "websocket";
    if (error.status === 401) headers["WWW-Authenticate"] = "Bearer";
    const errors = error.errors.length > 0 ? { errors: [...error.errors] } : {};
    return answerProblem(c, { status: error.status, title: error.title, detail: error.message, ...errors }, headers);
  }
  if (error instanceof HTTPException && error.status === 415) return answerError(refuseMediaType(), c);
  if (error instanceof HTTPException && error.status < 500) {
    return answerProblem(c, {
      status: error.status,
      title: "Bad input",
      detail: error.message,
      errors: [{ field: "body", detail: error.message }],
    });
  }
  if (isDatabaseGone(error)) {
    c.get("log").error({ err: error }, "the database cannot be reached");
    const detail = "The database cannot be reached. Nothing was changed; try again.";
    return answerProblem(c, { status: 503, title: "Unavailable", detail }, { "Retry-After": "2" });
  }
  c.get("log").error({ err: error }, "request failed");
  const detail = "Something went wrong on our side. The log has more under this request_id.";
  return answerProblem(c, { status: 500, title: "Internal error", detail });
}

export function answerNotFound(c: Context<ApiEnv>): Response {
  return answerProblem(c, { status: 404, title: "Not found", detail: `There is nothing at ${c.req.path}.` });
}

export function refuseIssues(issues: readonly z.core.$ZodIssue[]): Refusal {
  const errors = fieldErrors(issues);
  const detail = errors.map((one) => `${one.field}: ${one.detail}`).join("; ");
  return new Refusal(400, detail, { errors });
}

function answerProblem(
  c: Context<ApiEnv>,
  problem: Omit<Problem, "type" | "request_id">,
  headers: Record<string, string> = {},
): Response {
  const body: Problem = { type: "about:blank", ...problem, request_id: c.get("requestId") };
  return new Response(JSON.stringify(body), {
    status: problem.status,
    headers: { "Content-Type": "application/problem+json", ...headers },
  });
}

const GONE = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ETIMEDOUT",
  "EPIPE",
  "57P01",
  "57P02",
  "57P03",
  "53300",
  "P1001",
  "P1002",
  "P1008",
  "P1017",
  "P2024",
]);

function isDatabaseGone(error: unknown): boolean {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if ("code" in cause && GONE.has(String(cause.code))) return true;
    if (/Connection terminated|timeout exceeded when trying to connect/.test(cause.message)) return true;
  }
  return false;
}
