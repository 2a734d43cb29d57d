import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/setup/database.ts";
import { openBroker } from "./broker.ts";

/** Postgres' ReadyForQuery, outside of a transaction (PostgreSQL manual, Message Formats). */
const READY = Buffer.from("Z\0\0\0\u0005I", "latin1");

/** What a backend says when an administrator ends it. */
function fatal(): Buffer {
  const fields = ["SFATAL", "VFATAL", "C57P01", "Mterminating connection due to administrator command", ""];
  const body = Buffer.from(`${fields.join("\0")}\0`, "latin1");
  const head = Buffer.alloc(5);
  head.write("E");
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

/** A way to a Postgres on which the first connections are ended in the very moment in which they are ready. */
async function openCuttingRelay(databaseUrl: string, toCut: number) {
  const to = new URL(databaseUrl);
  let cut = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(to.port), to.hostname);
    client.on("error", () => upstream.destroy()).pipe(upstream);
    upstream.on("error", () => client.destroy()).on("close", () => client.destroy());
    upstream.on("data", (chunk) => {
      const isReady = chunk.subarray(-READY.length).equals(READY);
      if (isReady && cut < toCut) {
        cut += 1;
        client.end(Buffer.concat([chunk, fatal()]));
        upstream.destroy();
      } else client.write(chunk);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = new URL(databaseUrl);
  url.hostname = "127.0.0.1";
  url.port = String((server.address() as AddressInfo).port);
  return { url: url.href, cut: () => cut, close: () => server.close() };
}

test("connections that Postgres ends as soon as they are ready end no process, and the queues go on", async () => {
  const toCut = 12;
  const database = await createTestDatabase();
  const relay = await openCuttingRelay(database.url, toCut);
  const broker = openBroker({ databaseUrl: relay.url, redisUrl: null, onError: () => undefined });
  try {
    broker.jobs.consume("cut", 1, async (data) => ({ echo: data }));
    const ask = () => broker.jobs.queue("cut").request({ n: 1 }, 5_000).catch(String);
    // Vitest fails a run in which an error was left unhandled.
    await expect.poll(ask, { timeout: 30_000 }).toEqual({ echo: { n: 1 } });
    expect(relay.cut()).toBe(toCut);
  } finally {
    await broker.close();
    relay.close();
    await database.drop();
  }
}, 40_000);
