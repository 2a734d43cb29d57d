import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Asked = {
  at: Date;
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  body: string;
  /** When the answer was out, as far as the target can tell; null before, and for good where whoever asked hung up first. */
  answeredAt: Date | null;
  /** Whoever asked hung up before the answer was out. */
  isCut: boolean;
};

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
  /** Resolves once the journal is as wanted; looked at with every request and every answer. */
  until(isEnough: (journal: readonly Asked[]) => boolean): Promise<void>;
  stop(): Promise<void>;
};

export async function openTarget(): Promise<Target> {
  const journal: Asked[] = [];
  const waiting = new Set<() => void>();
  const look = (): void => waiting.forEach((one) => one());
  const healthy = (_request: IncomingMessage, response: ServerResponse): void => {
    response.end("all is well");
  };
  let handler = healthy;
  const server = createServer(async (request, response) => {
    let body = "";
    try {
      for await (const chunk of request) body += String(chunk);
    } catch {
      return;
    }
    const asked: Asked = {
      at: new Date(),
      method: request.method ?? "",
      path: request.url ?? "",
      headers: request.headers,
      body,
      answeredAt: null,
      isCut: false,
    };
    journal.push(asked);
    response.on("finish", () => {
      asked.answeredAt = new Date();
      look();
    });
    response.on("close", () => {
      asked.isCut = asked.answeredAt === null;
      look();
    });
    look();
    handler(request, response);
  });
  const port = await listen(server);
  const until: Target["until"] = (isEnough) =>
    new Promise((resolve) => {
      const lookOnce = (): void => {
        if (!isEnough(journal)) return;
        waiting.delete(lookOnce);
        resolve();
      };
      waiting.add(lookOnce);
      lookOnce();
    });
  return {
    url: `http://127.0.0.1:${port}/`,
    journal,
    until,
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
    async asked(n) {
      await until(({ length }) => length >= n);
      const asked = journal[n - 1];
      if (asked === undefined) throw new Error(`there is no request ${n}`);
      return asked;
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
