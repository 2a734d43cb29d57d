import type { LookupAddress } from "node:dns";
import net from "node:net";
import { performance } from "node:perf_hooks";
import tls from "node:tls";
import { addressOfHost, whyAddressIsRefused, type Cidr } from "@pulsecheck/shared/target-address";
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

export type ConnectOptions = { allowed: readonly Cidr[]; verifyTls: boolean; signal: AbortSignal };

// Built once: making one costs more than a handshake.
const trusted = tls.createSecureContext();

/**
 * The only way out of this process towards an address that a user chose. Judges every address that the name has,
 * connects to nothing but what was judged, and judges once more what it is connected to.
 * Rejects with a ProbeFailure `blocked` where no address may be used, else with the network's own error.
 */
export async function guardedConnect(url: URL, options: ConnectOptions, trace: Trace): Promise<net.Socket> {
  const addresses = await resolveAllowed(url.hostname, options, trace);
  const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
  const socket = await connectTo(url.hostname, port, addresses, options, trace);
  return url.protocol === "https:" ? secure(socket, url.hostname, options, trace) : socket;
}

async function resolveAllowed(hostname: string, { allowed, signal }: ConnectOptions, trace: Trace): Promise<LookupAddress[]> {
  trace.phase = "dns";
  const literal = addressOfHost(hostname);
  const startedAt = performance.now();
  const all = literal === null ? await resolveHost(hostname, signal) : [{ address: literal, family: net.isIP(literal) }];
  if (literal === null) trace.dns = since(startedAt);
  const usable = all.filter(({ address }) => whyAddressIsRefused(address, allowed) === null);
  const first = all[0]?.address ?? hostname;
  if (usable.length === 0) throw blocked(hostname, whyAddressIsRefused(first, allowed) ?? "it has no address");
  return usable;
}

async function connectTo(
  hostname: string,
  port: number,
  addresses: LookupAddress[],
  { allowed, signal }: ConnectOptions,
  trace: Trace,
): Promise<net.Socket> {
  trace.phase = "connect";
  const startedAt = performance.now();
  const only = addresses.length === 1 ? addresses[0]?.address : undefined;
  const socket = net.connect({
    host: only ?? hostname,
    port,
    noDelay: true,
    autoSelectFamily: only === undefined,
    lookup: (_hostname, _options, callback) => callback(null, addresses),
  });
  await arrival(socket, "connect", signal);
  const remote = socket.remoteAddress ?? "";
  trace.address = remote;
  trace.connect = since(startedAt);
  const why = whyAddressIsRefused(remote, allowed);
  if (why === null) return socket;
  socket.destroy();
  throw blocked(hostname, why);
}

async function secure(raw: net.Socket, hostname: string, { verifyTls, signal }: ConnectOptions, trace: Trace): Promise<tls.TLSSocket> {
  trace.phase = "tls";
  const startedAt = performance.now();
  const servername = addressOfHost(hostname) === null ? hostname : "";
  const socket = tls.connect({
    socket: raw,
    servername,
    host: hostname.replace(/^\[|\]$/g, ""),
    rejectUnauthorized: verifyTls,
    secureContext: trusted,
    ALPNProtocols: ["http/1.1"],
  });
  try {
    await arrival(socket, "secureConnect", signal);
  } finally {
    trace.tlsExpiresAt = socket.getPeerX509Certificate()?.validToDate ?? null;
  }
  trace.tls = since(startedAt);
  return socket;
}

/** Waits for a socket's good news, or its error, or the end of patience. */
async function arrival(socket: net.Socket, event: "connect" | "secureConnect", signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = () => socket.destroy(signal.reason as Error);
  const onClose = () => reject(Object.assign(new Error("closed"), { code: "ECONNRESET" }));
  socket.once(event, resolve).once("error", reject).once("close", onClose);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    await promise;
  } finally {
    signal.removeEventListener("abort", onAbort);
    socket.off(event, resolve).off("close", onClose);
  }
}

function blocked(hostname: string, why: string): ProbeFailure {
  return new ProbeFailure("blocked", `${hostname} was not checked: ${why}, and this instance does not allow it.`);
}

function since(startedAt: number): number {
  return Math.round((performance.now() - startedAt) * 10) / 10;
}
