import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Asked = { at: Date; method: string; path: string; headers: IncomingMessage["headers"]; body: string };

/** A real HTTP server to be monitored. It journals what it was asked: the judge of what was really checked. */
export type Target = {
  url: string;
  journal: Asked[];
  /** What it answers from now on. */
  answer(handler: (request: IncomingMessage, response: ServerResponse) => void): void;
  breakIt(): void;
  mend(): void;
  /** Resolves with the nth request (from 1), as soon as it came. */
  asked(n: number): Promise<Asked>;
  stop(): Promise<void>;
};

export async function openTarget(): Promise<Target> {
  const journal: Asked[] = [];
  const waiting: { n: number; resolve: (asked: Asked) => void }[] = [];
  const healthy = (_request: IncomingMessage, response: ServerResponse): void => {
    response.end("all is well");
  };
  let handler = healthy;
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const asked = {
      at: new Date(),
      method: request.method ?? "",
      path: request.url ?? "",
      headers: request.headers,
      body,
    };
    journal.push(asked);
    for (const one of waiting.filter(({ n }) => n === journal.length)) one.resolve(asked);
    handler(request, response);
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}/`,
    journal,
    answer(next) {
      handler = next;
    },
    breakIt() {
      handler = (_request, response) => {
        response.statusCode = 500;
        response.end("broken");
      };
    },
    mend() {
      handler = healthy;
    },
    asked(n) {
      const known = journal[n - 1];
      if (known) return Promise.resolve(known);
      return new Promise((resolve) => waiting.push({ n, resolve }));
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Listens on a free port of 127.0.0.1. */
export async function listen(server: Server | import("node:net").Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}
