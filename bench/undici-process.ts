import { performance } from "node:perf_hooks";
import tls from "node:tls";
import { Client } from "undici";
import { answerParent } from "./children.ts";

// The yardstick: the same requests by undici alone, a new connection and a full handshake each, started in groups of
// 20 ms. Usage: undici-process.ts <url> <checks a second>.
const [, , url = "", rate = "100"] = process.argv;
const GROUP_MS = 20;
const { origin, pathname } = new URL(url);
// Built once, with the default trust store: a context for each connection would make it a weaker yardstick.
const secureContext = tls.createSecureContext();
const connect = { secureContext, maxCachedSessions: 0 };
let made = 0;
let failed = 0;
let started = 0;

async function checkOnce(): Promise<void> {
  const client = new Client(origin, { connect, allowH2: false });
  try {
    const { body } = await client.request({ path: pathname, method: "GET", signal: AbortSignal.timeout(10_000) });
    await body.dump();
    made += 1;
  } catch {
    failed += 1;
  } finally {
    await client.destroy();
  }
}

const startedAt = performance.now();
setInterval(() => {
  const due = ((performance.now() - startedAt) * Number(rate)) / 1_000;
  for (; started < due; started++) void checkOnce();
}, GROUP_MS);
answerParent({ count: () => ({ made, failed }) });
