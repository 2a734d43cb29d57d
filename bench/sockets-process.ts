import { once } from "node:events";
import { WebSocket } from "ws";
import { answerParent } from "./children.ts";

// Clients of a WebSocket server, in a process of their own: reading is not what is measured.
export type Clients = {
  url: string;
  count: number;
  headers: Record<string, string>;
  /** Each says that it is a device, by this name and its number. */
  devices?: string;
};

const AT_ONCE = 50;
const sockets: WebSocket[] = [];
let received = 0;
let pings = 0;
let last = "";

async function connect({ url, headers, devices }: Clients): Promise<void> {
  const socket = new WebSocket(url, { headers });
  const number = sockets.push(socket);
  socket.on("message", (data: Buffer) => {
    received += 1;
    last = data.toString();
  });
  socket.on("ping", () => (pings += 1));
  await once(socket, "open");
  if (devices !== undefined)
    socket.send(JSON.stringify({ event_type: "connected", device_id: `${devices}-${number}` }));
}

answerParent({
  connect: async (clients: Clients) => {
    for (let left = clients.count; left > 0; left -= AT_ONCE)
      await Promise.all(Array.from({ length: Math.min(left, AT_ONCE) }, () => connect(clients)));
  },
  received: () => received,
  /** Pings that came, which the library answers by itself. */
  pings: () => pings,
  /** Those that are open. */
  open: () => sockets.filter(({ readyState }) => readyState === WebSocket.OPEN).length,
  /** All of them are gone at once, without a word. */
  vanish: () => {
    for (const socket of sockets) socket.terminate();
  },
  /** The text of the latest message. */
  last: () => last,
});
