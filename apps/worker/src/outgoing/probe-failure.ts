import type { Reason } from "@pulsecheck/shared/check";

/** Where a check stands; an error means what it means by the phase in which it comes. */
export type Phase = "dns" | "connect" | "tls" | "request" | "body";

/** A target's failure on its way to becoming data: thrown inside a probe, never out of it. */
export class ProbeFailure extends Error {
  readonly reason: Reason;

  constructor(reason: Reason, sentence: string) {
    super(sentence);
    this.name = "ProbeFailure";
    this.reason = reason;
  }
}

const DNS: Record<string, string> = {
  ENOTFOUND: "there is no such name",
  EAI_AGAIN: "the name server did not answer",
  ETIMEOUT: "the name server did not answer",
  ECONNREFUSED: "the name server did not answer",
  ENODATA: "it has no address",
  EBADRESP: "its name server answered with rubbish",
  ESERVFAIL: "its name server failed",
  EREFUSED: "the name server refused to answer",
  EBADNAME: "it is no valid name",
};

const CONNECT: Record<string, string> = {
  ECONNREFUSED: "refused the connection",
  ECONNRESET: "cut the connection",
  EHOSTUNREACH: "cannot be reached (no route to the host)",
  ENETUNREACH: "cannot be reached (no route to the network)",
  ETIMEDOUT: "did not take the connection in time",
  EPIPE: "cut the connection",
  UND_ERR_SOCKET: "closed the connection before it had answered",
};

const TLS: Record<string, string> = {
  CERT_HAS_EXPIRED: "its certificate has expired",
  CERT_NOT_YET_VALID: "its certificate is not valid yet",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "a certificate of its chain is self-signed",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate's issuer is not known",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its certificate's issuer is not known",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name",
  EPROTO: "it does not speak TLS as we do",
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: "it wants a certificate from its clients",
  ERR_SSL_BAD_RECORD_TYPE: "it stopped speaking TLS",
  ERR_SSL_WRONG_VERSION_NUMBER: "it does not speak TLS on this port",
  ECONNRESET: "it cut the connection",
};

const TIMEOUT: Record<Phase, string> = {
  dns: "while its name was being resolved",
  connect: "while connecting",
  tls: "during the TLS handshake",
  request: "while waiting for its answer",
  body: "while its answer was being read",
};

/** Names an error's class and says what happened in a sentence. @param host as the URL spells it */
export function explainError(error: unknown, phase: Phase, host: string, timeoutMs: number): ProbeFailure {
  if (error instanceof ProbeFailure) return error;
  const { code, name } = describe(error);
  if (name === "TimeoutError" || name === "AbortError" || code === "UND_ERR_ABORTED") {
    return new ProbeFailure(
      "timeout",
      `${host} did not answer within ${timeoutMs / 1_000} s: time ran out ${TIMEOUT[phase]}.`,
    );
  }
  if (phase === "dns") return new ProbeFailure("dns", `The name ${host} could not be resolved: ${DNS[code] ?? code}.`);
  if (phase === "connect")
    return new ProbeFailure("connect", `${host} ${CONNECT[code] ?? `could not be connected to (${code})`}.`);
  if (phase === "tls") return new ProbeFailure("tls", `TLS with ${host} failed: ${TLS[code] ?? code}.`);
  if (code === "UND_ERR_HEADERS_OVERFLOW" || code === "HPE_HEADER_OVERFLOW") {
    return new ProbeFailure("too_large", `${host} answered with more headers than PulseCheck reads (16 KiB).`);
  }
  if (code === "PULSECHECK_TOO_MUCH")
    return new ProbeFailure("too_large", `${host} sent more than PulseCheck reads (8 MiB) before it had answered.`);
  // TLS 1.3 refuses a client after the handshake, as it seems to the client.
  if (code.startsWith("ERR_SSL_")) return new ProbeFailure("tls", `TLS with ${host} failed: ${TLS[code] ?? code}.`);
  if (phase === "body" && CONNECT[code] !== undefined)
    return new ProbeFailure("connect", `${host} cut the connection in the middle of its answer.`);
  if (CONNECT[code] !== undefined) return new ProbeFailure("connect", `${host} ${CONNECT[code]}.`);
  return new ProbeFailure("protocol", `${host} did not answer in proper HTTP (${code}).`);
}

const NAMELESS = { code: "UNKNOWN", name: "" };

function rank(code: string): number {
  return code === "ENETUNREACH" || code === "EHOSTUNREACH" || code === "EADDRNOTAVAIL" ? 1 : 0;
}

function describe(error: unknown): { code: string; name: string } {
  if (!(error instanceof Error)) return { code: String(error), name: "" };
  // Several addresses tried: one that answered tells more than one without a route (no IPv6 here, say).
  if (error instanceof AggregateError)
    return error.errors.map(describe).toSorted((a, b) => rank(a.code) - rank(b.code))[0] ?? NAMELESS;
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
  // undici's word for a connection that it has cut itself, because of an answer that nobody asked for.
  if (code === "UND_ERR_SOCKET" && error.message.startsWith("bad ")) return { code: error.message, name: error.name };
  return { code, name: error.name };
}
