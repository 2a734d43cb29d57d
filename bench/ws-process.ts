import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { answerParent } from "./children.ts";

// The yardstick: `ws` alone, which sends a text to everybody.
const server = new WebSocketServer({ host: "127.0.0.1", port: 0, backlog: 4_096 });
const listening = once(server, "listening");
answerParent({
  port: async () => {
    await listening;
    return (server.address() as AddressInfo).port;
  },
  tell: (text: string) => {
    for (const client of server.clients) client.send(text);
  },
});
