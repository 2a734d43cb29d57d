import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { findFreePort, tryPort } from "../servers/free-port.ts";
import { createFate, type Random } from "../simulate/random.ts";
import { SEED, SERVICES, type Fault, type FaultKind, type Service } from "./cast.ts";
import type { Notes } from "./place.ts";

export type Ports = Notes["ports"];
export type Targets = {
  ports: Ports;
  /** From now on things go wrong as they are due; until then all is well. */
  startFaults(): void;
  close(): Promise<void>;
};

const SLOW_FACTOR = 14;
const HANGS_MS = 60_000;
const LOOK_EVERY_MS = 1_000;

/** What is wrong with a service so long after the faults were started; null: nothing. */
export function faultAt(fault: Fault | undefined, elapsedS: number): FaultKind | null {
  if (fault === undefined || elapsedS < fault.firstS) return null;
  return (elapsedS - fault.firstS) % fault.everyS < fault.forS ? fault.kind : null;
}

/** Servers on this machine that answer, mostly. On the ports of last time, where those are free. */
export async function openTargets(last: Ports | null): Promise<Targets> {
  let startedMs = Infinity;
  const elapsedS = () => (performance.now() - startedMs) / 1_000;
  const fate = createFate(SEED, "targets");
  const answer =
    (find: (path: string) => Service | undefined) => (request: IncomingMessage, response: ServerResponse) =>
      void respond(find(request.url ?? "/"), response, elapsedS(), fate);
  const gateway = SERVICES.find(({ path }) => path === null);
  const webServer = createServer(answer((path) => SERVICES.find((service) => service.path === path)));
  const gatewayServer = createServer(answer(() => gateway));
  const ports = { web: await choosePort(last?.web), gateway: await choosePort(last?.gateway) };
  await listen(webServer, ports.web);
  await listen(gatewayServer, ports.gateway);
  const look = setInterval(() => {
    const isAway = faultAt(gateway?.fault, elapsedS()) === "refuses";
    if (isAway && gatewayServer.listening) hangUp(gatewayServer);
    if (!isAway && !gatewayServer.listening) void listen(gatewayServer, ports.gateway).catch(() => undefined);
  }, LOOK_EVERY_MS);
  return {
    ports,
    startFaults() {
      startedMs = performance.now();
    },
    async close() {
      clearInterval(look);
      for (const server of [webServer, gatewayServer]) hangUp(server);
    },
  };
}

async function choosePort(last: number | undefined): Promise<number> {
  return last !== undefined && (await tryPort(last)) === null ? last : findFreePort();
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function hangUp(server: Server): void {
  server.close();
  server.closeAllConnections();
}

async function respond(
  service: Service | undefined,
  response: ServerResponse,
  elapsedS: number,
  fate: Random,
): Promise<void> {
  if (service === undefined) return void response.writeHead(404).end("There is nothing here.\n");
  const fault = faultAt(service.fault, elapsedS);
  const usualMs = service.usualMs * fate.between(0.85, 1.25);
  await delay(fault === "hangs" ? HANGS_MS : fault === "slow" ? usualMs * SLOW_FACTOR : usualMs, undefined, {
    ref: false,
  });
  if (fault === "error") return void response.writeHead(500).end("Internal Server Error\n");
  const words = fault === "wrong page" ? "We will be back soon." : (service.settings?.keyword ?? "All is well.");
  response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
  response.end(`<!doctype html><title>${service.name}</title><h1>${service.name}</h1><p>${words}</p>\n`);
}
