import { createServer, type AddressInfo } from "node:net";
import { answerParent } from "./children.ts";

// A target that takes every connection and never answers.
const server = createServer((socket) => void socket.on("error", () => undefined).resume());
const { promise: listening, resolve } = Promise.withResolvers<void>();
server.listen({ port: 0, host: "127.0.0.1", backlog: 4_096 }, resolve);
answerParent({
  port: async () => {
    await listening;
    return (server.address() as AddressInfo).port;
  },
});
