import { once } from "node:events";
import { createServer } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { Db } from "@pulsecheck/db/client";
import { scopeTo } from "@pulsecheck/db/scope";
import { Hono } from "hono";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ApiEnv } from "../context.ts";
import { answerError } from "../http/problems.ts";
import { answerSheets } from "./answer-sheet.ts";

const COLUMNS = [{ name: "text", of: (text: string) => text }];
// Long enough for all that a busy machine asks meanwhile.
const STALLED_AFTER_MS = 2_000;

async function* rows(count: number): AsyncGenerator<string> {
  for (let i = 0; i < count; i += 1) {
    if (i % 1_000 === 999) await new Promise(setImmediate);
    yield `row ${i} ${"x".repeat(80)}`;
  }
}
async function* breaking(): AsyncGenerator<string> {
  yield* rows(5_000);
  throw new Error("the database is gone");
}

/** Tables as long as the address says, of a workspace by number. */
function createApp() {
  const app = new Hono<ApiEnv>();
  const answerSheet = answerSheets({ atOnce: 3, perWorkspace: 2, stalledAfterMs: STALLED_AFTER_MS });
  app.onError(answerError);
  app.use(async (c, next) => {
    c.set("log", pino({ level: "silent" }));
    // Rows come from nowhere here.
    c.set("scope", scopeTo({} as Db, Number(c.req.query("workspace"))));
    await next();
  });
  app.get("/rows/:count", (c) => answerSheet(c, "csv", "rows", COLUMNS, rows(Number(c.req.param("count")))));
  app.get("/breaking", (c) => answerSheet(c, "csv", "rows", COLUMNS, breaking()));
  return app;
}

const server = createServer(getRequestListener(createApp().fetch));
let port: number;
beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => server.close());

const ask = (path: string, method = "GET") => fetch(`http://127.0.0.1:${port}${path}`, { method });
const lines = async (answer: Response) => (await answer.text()).split("\r\n").length;

/** Asks for an endless table and takes no more than its beginning. Answers the server's end of the connection. */
async function stall(workspace: number): Promise<Socket> {
  const connected = once(server, "connection");
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write(`GET /rows/100000000?workspace=${workspace} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  await once(socket, "readable");
  const [end] = (await connected) as [Socket];
  end.once("close", () => socket.destroy());
  return end;
}

test("works, and each place is free again", async () => {
  for (let i = 0; i < 5; i += 1) expect(await lines(await ask("/rows/3000?workspace=1"))).toBe(3_001);
});

test("HEAD has the headers alone, and takes no place", async () => {
  for (let i = 0; i < 5; i += 1) {
    const answer = await ask("/rows/100000000?workspace=1", "HEAD");
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/csv; charset=utf-8"]);
    expect(answer.headers.get("content-disposition")).toContain(".csv");
  }
  expect((await ask("/rows/1?workspace=1")).status).toBe(200);
});

test("503 for a workspace's third and for everybody's fourth; who stalls is cut off", async () => {
  const stalled = [await stall(1), await stall(1)];
  const refused = await ask("/rows/1?workspace=1");
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "10"]);
  expect(await lines(await ask("/rows/1?workspace=2"))).toBe(2);
  stalled.push(await stall(3));
  expect((await ask("/rows/1?workspace=2")).status).toBe(503);
  await expect.poll(() => stalled.every(({ closed }) => closed), { timeout: 15_000 }).toBe(true);
  for (const workspace of [1, 3]) expect((await ask(`/rows/1?workspace=${workspace}`)).status).toBe(200);
});

test("who reads slowly is not cut off", async () => {
  const answer = await ask("/rows/200000?workspace=1");
  let bytes = 0;
  for await (const chunk of answer.body ?? []) {
    if (bytes === 0) await new Promise((resolve) => setTimeout(resolve, STALLED_AFTER_MS / 2));
    bytes += chunk.byteLength;
  }
  expect(bytes).toBeGreaterThan(16_000_000);
});

test("where reading breaks off, the connection is cut", async () => {
  const answer = await ask("/breaking?workspace=1");
  expect(answer.status).toBe(200);
  await expect(answer.text()).rejects.toThrow("terminated");
});
