import { WebSocket } from "ws";

/** A device's WebSocket. While it is not open, its device reports by HTTP. */
export type DeviceLine = {
  isOpen(): boolean;
  /** Dials where it hung up. */
  open(): void;
  send(message: Record<string, unknown>): void;
  /** Says that it goes, and goes. Resolves when it is gone. */
  hangUp(): Promise<void>;
};

type Place = { url: string; key: string; deviceId: string };

const TIMEOUT_MS = 10_000;
const REDIAL_AFTER_MS = 15_000;

/** @param onProblem hears of refused calls, broken connections and messages that were not understood */
export function createDeviceLine({ url, key, deviceId }: Place, onProblem: (problem: string) => void): DeviceLine {
  let socket: WebSocket | null = null;
  let triedAtMs = Number.NEGATIVE_INFINITY;
  const write = (message: Record<string, unknown>): void =>
    socket?.send(JSON.stringify({ device_id: deviceId, ...message }));

  function dial(): WebSocket {
    const options = { headers: { authorization: `Bearer ${key}` }, handshakeTimeout: TIMEOUT_MS };
    const dialled = new WebSocket(`${url.replace(/^http/, "ws")}/api/v1/ws/device`, options);
    dialled.on("open", () => write({ event_type: "connected" }));
    dialled.on("message", (data: Buffer) => {
      const text = data.toString();
      if (text.includes('"error"')) onProblem(`a device's socket was answered ${text}`);
    });
    dialled.on("error", (error) => onProblem(`a device's socket: ${error.message || "no connection"}`));
    dialled.on("close", () => {
      if (socket === dialled) socket = null;
    });
    return dialled;
  }

  return {
    isOpen: () => socket?.readyState === WebSocket.OPEN,
    open() {
      if (socket !== null || performance.now() - triedAtMs < REDIAL_AFTER_MS) return;
      triedAtMs = performance.now();
      socket = dial();
    },
    send: write,
    async hangUp() {
      const leaving = socket;
      socket = null;
      if (leaving === null) return;
      const gone = new Promise<void>((resolve) => void leaving.once("close", () => resolve()));
      if (leaving.readyState !== WebSocket.OPEN) leaving.terminate();
      else {
        leaving.send(JSON.stringify({ device_id: deviceId, event_type: "disconnected" }));
        leaving.close(1000);
        setTimeout(() => leaving.terminate(), TIMEOUT_MS).unref();
      }
      await gone;
    },
  };
}
