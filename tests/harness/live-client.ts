import { WebSocket, type RawData } from "ws";

// oxlint-disable-next-line typescript/no-explicit-any -- a frame is whatever the server said; tests look into it
export type Frame = { type: string; at: string; seq: number; data: any; detail?: string };

/** A client of a WebSocket that remembers what it heard. */
export type LiveClient = {
  frames: Frame[];
  /** Resolves with the first frame that fits, whether it came already or is to come. */
  frame(fits: (frame: Frame) => boolean): Promise<Frame>;
  ofType(type: string): Promise<Frame>;
  send(message: unknown): void;
  /** Resolves with the close code. */
  closed: Promise<number>;
  raw: WebSocket;
  close(): void;
};

export type Refused = { status: number; body: string };

/** `autoPong: false`: pings are left unanswered. */
export type SocketOptions = { autoPong?: boolean };

/** Connects; resolves once it is open, or with the refusal that came instead. */
export async function connectLive(
  url: string,
  headers: Record<string, string> = {},
  options: SocketOptions = {},
): Promise<LiveClient | Refused> {
  const raw = new WebSocket(url.replace(/^http/, "ws"), { headers, ...options });
  const frames: Frame[] = [];
  const waiting = new Set<() => void>();
  raw.on("message", (data: RawData) => {
    frames.push(JSON.parse((data as Buffer).toString()) as Frame);
    for (const look of waiting) look();
  });
  const closed = new Promise<number>((resolve) => raw.on("close", resolve));
  const client: LiveClient = {
    frames,
    closed,
    raw,
    frame: (fits) =>
      new Promise((resolve) => {
        const look = () => {
          const found = frames.find(fits);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    ofType: (type) => client.frame((frame) => frame.type === type),
    send: (message) => raw.send(typeof message === "string" ? message : JSON.stringify(message)),
    close: () => raw.close(),
  };
  return new Promise((resolve, reject) => {
    raw.on("open", () => resolve(client));
    raw.on("error", reject);
    raw.on("unexpected-response", async (_request, response) => {
      let body = "";
      for await (const chunk of response) body += String(chunk);
      resolve({ status: response.statusCode ?? 0, body });
    });
  });
}

/** Connects where a refusal would be a surprise. */
export async function joinLive(
  url: string,
  headers: Record<string, string> = {},
  options: SocketOptions = {},
): Promise<LiveClient> {
  const client = await connectLive(url, headers, options);
  if ("status" in client) throw new Error(`the socket was refused with ${client.status}: ${client.body}`);
  return client;
}
