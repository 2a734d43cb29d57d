import type { CheckView } from "@pulsecheck/shared/check";
import { formatLatency } from "../../lib/format.ts";
import { describeReason } from "./words.ts";

export type CheckResult = "ok" | "failed" | "inconclusive";

/** An address that is not allowed says nothing about the target. */
export function resultOf({ ok, reason }: CheckView): CheckResult {
  if (ok) return "ok";
  return reason === "blocked" ? "inconclusive" : "failed";
}

const RESULT_WORDS: Record<CheckResult, string> = { ok: "OK", failed: "Failed", inconclusive: "Inconclusive" };

/** `OK`, `Failed: no answer in time`. */
export function describeResult(check: CheckView): string {
  const word = RESULT_WORDS[resultOf(check)];
  return check.reason === null ? word : `${word}: ${describeReason(check.reason)}`;
}

/** The same with what was measured: `OK in 143 ms`. */
export function describeCheck(check: CheckView): string {
  return check.ok ? `OK in ${formatLatency(check.latency_ms)}` : describeResult(check);
}
