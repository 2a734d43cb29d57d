import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

// A target in a process of its own, so that its CPU time is nobody else's. Prints its port.
const server = createServer((_request, response) => response.end("ok"));
server.keepAliveTimeout = 1_000;
server.listen(0, "127.0.0.1", () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
process.on("disconnect", () => process.exit(0));
