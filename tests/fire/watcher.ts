import { once } from "node:events";
import { WebSocket, type RawData } from "ws";
import type { Frame } from "../harness/live-client.ts";

/** A dashboard that comes back by itself, to the next address, with the number that it saw last. */
export type Watcher = {
  /** Every frame of all its sockets, in the order in which they came. */
  frames: Frame[];
  /** How often it had to come back. */
  returns(): number;
  /** Resolves once it heard so and so. */
  until(isEnough: (frames: readonly Frame[]) => boolean): Promise<void>;
  stop(): void;
};

const TRY_AGAIN_MS = 100;

/** @param urls of the API processes, in the order in which they are tried */
export async function openWatcher(
  urls: readonly string[],
  token: string,
  monitorIds: readonly string[],
): Promise<Watcher> {
  const frames: Frame[] = [];
  const waiting = new Set<() => void>();
  let attempts = 0;
  let joins = 0;
  let socket: WebSocket | null = null;
  let isStopped = false;

  function hear(data: RawData): void {
    frames.push(JSON.parse((data as Buffer).toString()) as Frame);
    for (const look of waiting) look();
  }

  async function join(): Promise<void> {
    const lastSeq = frames.at(-1)?.seq;
    const url = `${urls[attempts++ % urls.length]}/api/v1/ws/dashboard${lastSeq === undefined ? "" : `?since=${lastSeq}`}`;
    socket = new WebSocket(url.replace(/^http/, "ws"), { headers: { Authorization: `Bearer ${token}` } });
    socket
      .on("message", hear)
      .on("error", () => undefined)
      .on("close", rejoin);
    await once(socket, "open");
    joins += 1;
    socket.send(JSON.stringify({ type: "subscribe", monitor_ids: monitorIds }));
  }

  function rejoin(): void {
    if (!isStopped) setTimeout(() => void join().catch(() => undefined), attempts === joins ? 0 : TRY_AGAIN_MS);
  }

  await join();
  return {
    frames,
    returns: () => joins - 1,
    until(isEnough) {
      return new Promise((resolve) => {
        const look = (): void => {
          if (!isEnough(frames)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      });
    },
    stop() {
      isStopped = true;
      socket?.terminate();
    },
  };
}
