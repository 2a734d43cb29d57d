import type { X509Certificate } from "node:crypto";
import type { LookupAddress } from "node:dns";
import net from "node:net";
import { performance } from "node:perf_hooks";
import tls from "node:tls";
import { addressOfHost, whyAddressIsRefused, type Cidr } from "@pulsecheck/shared/target-address";
import type { Deadline } from "./deadline.ts";
import { ProbeFailure, type Phase } from "./probe-failure.ts";
import { resolveHost } from "./resolve-host.ts";

/** What is learnt of a connection while it is made; filled in as far as it came. Durations in ms. */
export type Trace = {
  phase: Phase;
  dns: number | null;
  connect: number | null;
  tls: number | null;
  address: string | null;
  tlsExpiresAt: Date | null;
};

export type ConnectOptions = { allowed: readonly Cidr[]; verifyTls: boolean; deadline: Deadline };

// Built once: making one costs more than a handshake.
const trusted = tls.createSecureContext();
// Node would give up on an address after 250 ms and end at one that may have no route: too short across an ocean.
const ATTEMPT_MS = 1_000;
// One for all, as it is made ready for every check and hardly ever used.
const CUT = networkError("ECONNRESET");

/**
 * The only way out of this process towards an address that a user chose. Judges every address that the name has,
 * connects to nothing but what was judged, and where there were several judges once more which one it was.
 * Rejects with a ProbeFailure `blocked` where no address may be used, else with the network's own error.
 */
export async function guardedConnect(url: URL, options: ConnectOptions, trace: Trace): Promise<net.Socket> {
  const addresses = await resolveAllowed(url.hostname, options, trace);
  const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
  const socket = await connectTo(url.hostname, port, addresses, options, trace);
  return url.protocol === "https:" ? secure(socket, url.hostname, options, trace) : socket;
}

async function resolveAllowed(
  hostname: string,
  { allowed, deadline }: ConnectOptions,
  trace: Trace,
): Promise<LookupAddress[]> {
  trace.phase = "dns";
  const literal = addressOfHost(hostname);
  const startedAt = performance.now();
  const all =
    literal === null ? await resolveInTime(hostname, deadline) : [{ address: literal, family: net.isIP(literal) }];
  if (literal === null) trace.dns = since(startedAt);
  const usable = all.filter(({ address }) => whyAddressIsRefused(address, allowed) === null);
  const first = all[0]?.address ?? hostname;
  if (usable.length === 0) throw blocked(hostname, whyAddressIsRefused(first, allowed) ?? "it has no address");
  return usable;
}

function resolveInTime(hostname: string, deadline: Deadline): Promise<LookupAddress[]> {
  return new Promise((resolve, reject) => {
    deadline.ends(reject);
    resolveHost(hostname).then(resolve, reject);
  });
}

async function connectTo(
  hostname: string,
  port: number,
  addresses: LookupAddress[],
  { allowed, deadline }: ConnectOptions,
  trace: Trace,
): Promise<net.Socket> {
  trace.phase = "connect";
  const startedAt = performance.now();
  const only = addresses.length === 1 ? addresses[0]?.address : undefined;
  trace.address = only ?? null;
  const socket = net.connect({
    host: only ?? hostname,
    port,
    noDelay: true,
    autoSelectFamily: only === undefined,
    autoSelectFamilyAttemptTimeout: ATTEMPT_MS,
    lookup: (_hostname, _options, callback) => callback(null, addresses),
  });
  await arrival(socket, "connect", deadline);
  trace.connect = since(startedAt);
  return only === undefined ? judgeRemote(socket, hostname, allowed, trace) : socket;
}

/** Of several addresses, which one is it? */
function judgeRemote(socket: net.Socket, hostname: string, allowed: readonly Cidr[], trace: Trace): net.Socket {
  // Gone again already: the kernel no longer knows who it was.
  const remote = socket.remoteAddress;
  const why = remote === undefined ? null : whyAddressIsRefused(remote, allowed);
  if (remote !== undefined && why === null) {
    trace.address = remote;
    return socket;
  }
  socket.destroy();
  throw why === null ? CUT : blocked(hostname, why);
}

async function secure(
  raw: net.Socket,
  hostname: string,
  { verifyTls, deadline }: ConnectOptions,
  trace: Trace,
): Promise<tls.TLSSocket> {
  trace.phase = "tls";
  const startedAt = performance.now();
  // SNI has no final dot (RFC 6066, 3).
  const servername = addressOfHost(hostname) === null ? hostname.replace(/\.$/, "") : "";
  let certificate: X509Certificate | undefined;
  const socket: tls.TLSSocket = tls.connect({
    socket: raw,
    servername,
    host: hostname.replace(/^\[|\]$/g, ""),
    // Judged below, where the certificate's end can still be read.
    rejectUnauthorized: false,
    secureContext: trusted,
    ALPNProtocols: ["http/1.1"],
    checkServerIdentity() {
      certificate = socket.getPeerX509Certificate();
      return whyNameIsWrong(certificate, hostname);
    },
  });
  // Node spells out the whole chain only to hand it to checkServerIdentity: a fifth of all that a check costs.
  Object.assign(socket, { getPeerCertificate: () => ({}) });
  // After the handshake Node tells of a broken record and leaves the socket open, where undici waits for its end.
  socket.on("error", () => socket.destroy());
  try {
    await arrival(socket, "secureConnect", deadline);
    trace.tls = since(startedAt);
    // Not asked for its name where it is not trusted; and asked for twice, Node hands out none.
    certificate ??= socket.getPeerX509Certificate();
    trace.tlsExpiresAt = certificate?.validToDate ?? null;
    if (verifyTls && !socket.authorized) throw networkError(String(socket.authorizationError));
    return socket;
  } catch (error) {
    socket.destroy();
    raw.destroy();
    throw error;
  }
}

/** Is the certificate for this name or address (RFC 9525, by OpenSSL)? */
function whyNameIsWrong(certificate: X509Certificate | undefined, hostname: string): Error | undefined {
  const address = addressOfHost(hostname);
  const isRight =
    address === null ? certificate?.checkHost(hostname.replace(/\.$/, "")) : certificate?.checkIP(address);
  return isRight === undefined ? networkError("ERR_TLS_CERT_ALTNAME_INVALID") : undefined;
}

/** Waits for a socket's good news, or its error, or the end of patience. What the socket says later changes nothing. */
function arrival(socket: net.Socket, event: "connect" | "secureConnect", deadline: Deadline): Promise<void> {
  return new Promise((resolve, reject) => {
    socket
      .once(event, resolve)
      .on("error", reject)
      .once("close", () => reject(CUT));
    deadline.ends((timedOut) => socket.destroy(timedOut));
  });
}

function networkError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

function blocked(hostname: string, why: string): ProbeFailure {
  return new ProbeFailure("blocked", `${hostname} was not connected to: ${why}, and this instance does not allow it.`);
}

function since(startedAt: number): number {
  return Math.round((performance.now() - startedAt) * 10) / 10;
}
