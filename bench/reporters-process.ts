import { once } from "node:events";
import { connect as dial, type Socket } from "node:net";
import { answerParent } from "./children.ts";

// Devices that report over HTTP with keep-alive, in a process of their own. Requests are bytes that are written as they are: a
// client library would cost as much as what is measured.
export type Reporters = {
  port: number;
  /** Each asks one thing at a time. */
  connections: number;
  authorization: string;
  devices: number;
  /** Heartbeats of a request; one alone is no list. */
  items: number;
};
/** Requests that were answered 202 since the last count, and how long they took at the 99th percentile. */
export type Reported = { answered: number; timesMs: number[]; refused: string | null };

const TICK_MS = 5;
let reporters: Reporters | undefined;
let free: Socket[] = [];
let all: Socket[] = [];
let write: () => string = () => "";
let timer: NodeJS.Timeout | undefined;
let reported: Reported = { answered: 0, timesMs: [], refused: null };

/** One answer after the other, each as long as its header says. */
function openReporter(port: number): Promise<Socket> {
  const socket = dial({ port, host: "127.0.0.1", noDelay: true });
  let text = "";
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
    const end = text.indexOf("\r\n\r\n");
    const length = /content-length: (\d+)/i.exec(text)?.[1];
    if (end < 0 || text.length < end + 4 + Number(length)) return;
    if (text.startsWith("HTTP/1.1 202 ")) reported.answered += 1;
    else reported.refused ??= text;
    reported.timesMs.push(performance.now() - (sentAt.get(socket) ?? Number.NaN));
    text = "";
    free.push(socket);
  });
  return once(socket, "connect").then(() => socket);
}

const sentAt = new WeakMap<Socket, number>();

function send(): boolean {
  const socket = free.shift();
  if (socket === undefined) return false;
  sentAt.set(socket, performance.now());
  socket.write(write());
  return true;
}

function createWriter({ authorization, devices, items }: Reporters): () => string {
  let last = 0;
  const heartbeat = () => {
    last = (last % devices) + 1;
    return { device_id: `device-${last}`, battery_level: 80 - (last % 40), signal_strength: -60 };
  };
  return () => {
    const body = JSON.stringify(items === 1 ? heartbeat() : Array.from({ length: items }, heartbeat));
    return `POST /api/v1/heartbeat HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: ${authorization}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  };
}

answerParent({
  prepare: (given: Reporters) => {
    reporters = given;
    write = createWriter(given);
  },
  /** Connects and reports: so many requests a second, or as many as are answered. */
  begin: async (rate: number | null) => {
    const { port = 0, connections = 0 } = reporters ?? {};
    all = await Promise.all(Array.from({ length: connections }, () => openReporter(port)));
    free = [...all];
    const startedAt = performance.now();
    let sent = 0;
    timer = setInterval(() => {
      const due = rate === null ? Infinity : ((performance.now() - startedAt) / 1_000) * rate;
      while (sent < due && send()) sent += 1;
      // What finds nobody free is not made up for: a burst would be measured in its place.
      if (rate !== null) sent = Math.max(sent, Math.floor(due));
    }, TICK_MS);
  },
  stop: () => {
    clearInterval(timer);
    for (const socket of all) socket.destroy();
  },
  count: (): Reported => {
    const counted = reported;
    reported = { answered: 0, timesMs: [], refused: null };
    return counted;
  },
});
