import type { Reason } from "@pulsecheck/shared/check";

const REASONS: Record<Reason, string> = {
  dns: "name not found",
  connect: "no connection",
  tls: "certificate or TLS problem",
  timeout: "no answer in time",
  http_status: "unexpected status",
  assertion: "unexpected content",
  too_large: "answer too large",
  redirect: "redirect problem",
  protocol: "no valid HTTP",
  blocked: "address not allowed",
  late: "no ping in time",
  overrun: "not finished in time",
  failed: "job failed",
  silent: "not heard",
  threshold: "out of bounds",
  anomaly: "unusual value",
};

/** A reason class in the reader's words. */
export function describeReason(reason: Reason): string {
  return REASONS[reason];
}
