import { STATUS_CODES, type IncomingMessage, type Server } from "node:http";
import type { Duplex } from "node:stream";
import type { Socket } from "node:net";
import type { serve } from "@hono/node-server";
import { CONNECTION } from "../http/limits.ts";

type Fetch = Parameters<typeof serve>[0]["fetch"];

/** What is no WebSocket of ours is answered like any request, whatever protocol it asks for. */
export function isUpgrade({ url, headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === "websocket" && (url ?? "").startsWith("/api/v1/ws/");
}

/**
 * The library tells the status of a refused upgrade only, and leaves refusing to whoever listens beside it: this
 * sends the whole answer, the problem document included.
 */
export function refuseUpgrades(fetch: Fetch): Fetch {
  return async (request, env) => {
    const response: unknown = await fetch(request, env);
    // Upgrades have no answer to write into, whatever the type says.
    const isUpgrading = (env.outgoing as unknown) === undefined;
    if (isUpgrading && response instanceof Response && response.status >= 400)
      env.incoming.socket.end(await writeAnswer(response.clone()));
    return response;
  };
}

/** A connection that was to become a WebSocket and neither did nor was refused ends as one without headers does. */
export function endLostUpgrades(server: Server): void {
  server.on("upgrade", (_request: IncomingMessage, socket: Duplex) => {
    // ws takes the limit away from what becomes a WebSocket.
    (socket as Socket).setTimeout(CONNECTION.headersTimeout, () => socket.destroy());
  });
}

async function writeAnswer(response: Response): Promise<string> {
  const body = await response.text();
  const headers = [...response.headers, ["connection", "close"], ["content-length", String(Buffer.byteLength(body))]];
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  return `HTTP/1.1 ${response.status} ${STATUS_CODES[response.status] ?? ""}\r\n${lines.join("\r\n")}\r\n\r\n${body}`;
}
