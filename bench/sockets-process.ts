import { once } from "node:events";
import { WebSocket } from "ws";
import { answerParent } from "./children.ts";

// Clients of a WebSocket server, in a process of their own: reading is not what is measured.
export type Clients = { url: string; count: number; headers: Record<string, string> };

const AT_ONCE = 50;
let received = 0;
let last = "";

async function connect({ url, headers }: Clients): Promise<void> {
  const socket = new WebSocket(url, { headers });
  socket.on("message", (data: Buffer) => {
    received += 1;
    last = data.toString();
  });
  await once(socket, "open");
}

answerParent({
  connect: async (clients: Clients) => {
    for (let left = clients.count; left > 0; left -= AT_ONCE)
      await Promise.all(Array.from({ length: Math.min(left, AT_ONCE) }, () => connect(clients)));
  },
  received: () => received,
  /** The text of the latest message. */
  last: () => last,
});
