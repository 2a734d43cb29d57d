import { createServer as createHttpServer, type RequestListener } from "node:http";
import net, { type AddressInfo } from "node:net";
import tls from "node:tls";
import { parseCidrs } from "@pulsecheck/shared/target-address";
import { expect } from "vitest";
import { probeHttp } from "./http.ts";
import type { HttpTarget } from "./http-request.ts";

/** Targets for tests: real servers on loopback, which may do whatever they like with a connection. */
export const LOOPBACK = parseCidrs("127.0.0.0/8, ::1/128");

const open = new Set<net.Server>();

async function listen<S extends net.Server>(server: S, host: string, port = 0): Promise<S> {
  open.add(server);
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  return server;
}

export function portOf(server: net.Server): number {
  return (server.address() as AddressInfo).port;
}

/** A server that does with each socket what it is told, after the first bytes came in or, `onConnect`, at once. */
export function rawServer(
  act: (socket: net.Socket, asked: string) => void,
  { onConnect = false, host = "127.0.0.1", port = 0 } = {},
): Promise<net.Server> {
  const server = net.createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", () => undefined);
    if (onConnect) act(socket, "");
    else socket.once("data", (bytes) => act(socket, bytes.toString("latin1")));
  });
  return listen(server, host, port);
}

export function httpServer(handler: RequestListener, host = "127.0.0.1"): Promise<net.Server> {
  return listen(createHttpServer(handler), host);
}

export function tlsServer(options: tls.TlsOptions, act: (socket: tls.TLSSocket) => void): Promise<net.Server> {
  const server = tls.createServer(options, (socket) => {
    socket.on("error", () => undefined);
    socket.on("data", () => undefined);
    act(socket);
  });
  server.on("tlsClientError", () => undefined);
  return listen(server, "127.0.0.1");
}

export function urlOf(server: net.Server, path = "/"): string {
  return `http://127.0.0.1:${portOf(server)}${path}`;
}

/** Checks with everything at its default but for what is given. */
export function check(url: string, more: Partial<HttpTarget> = {}, allowed = LOOPBACK) {
  const target: HttpTarget = {
    url,
    method: "GET",
    headers: null,
    body: null,
    auth: null,
    timeoutMs: 5_000,
    expectedStatus: ["200-299"],
    keyword: null,
    keywordAbsent: null,
    followRedirects: true,
    maxRedirects: 5,
    verifyTls: true,
    ...more,
  };
  return probeHttp(target, allowed, new Date());
}

export function openSockets(server: net.Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
}

/** Ends every server, after making sure that the checks left no socket open to it. */
export async function closeServers(): Promise<void> {
  const servers = [...open];
  open.clear();
  for (const server of servers) {
    await expect.poll(() => openSockets(server), { timeout: 2_000, message: "sockets left open" }).toBe(0);
    await new Promise((resolve) => server.close(resolve));
  }
}
