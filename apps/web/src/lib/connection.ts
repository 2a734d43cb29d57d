import { createKeepalive } from "./keepalive.ts";

/** One WebSocket from its beginning to its end. */
export type Connection = {
  /** False where it is not open just now. */
  send(message: object): boolean;
  /** Asks now whether the other end is still there. */
  check(): void;
  /** Lets go of it: what it still says is not heard. */
  close(): void;
};

export type ConnectionOwner = {
  /** What the other end answers at once. */
  question: object;
  onOpen(): void;
  onMessage(text: string): void;
  /** Once, also where the other end fell silent (1006). `wasOpen` is false for one that was refused. */
  onEnd(code: number, wasOpen: boolean): void;
};

const SILENT = 1006;

/** Connects as soon as it is known where to; one that never is was refused. */
export function openConnection(url: Promise<URL>, owner: ConnectionOwner): Connection {
  let socket: WebSocket | null = null;
  let wasOpen = false;
  let isOver = false;
  const keepalive = createKeepalive(
    () => void send(owner.question),
    () => end(SILENT),
  );

  function send(message: object): boolean {
    if (socket?.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify(message));
    return true;
  }

  function close(): void {
    isOver = true;
    keepalive.stop();
    socket?.close();
  }

  function end(code: number): void {
    if (isOver) return;
    close();
    owner.onEnd(code, wasOpen);
  }

  function connect(address: URL): void {
    if (isOver) return;
    socket = new WebSocket(address);
    socket.addEventListener("open", () => {
      if (isOver) return;
      wasOpen = true;
      keepalive.start();
      owner.onOpen();
    });
    socket.addEventListener("message", ({ data }) => {
      if (isOver) return;
      keepalive.heard();
      owner.onMessage(String(data));
    });
    socket.addEventListener("close", ({ code }) => end(code));
  }

  url.then(connect, () => end(SILENT));
  return { send, close, check: keepalive.check };
}
