import { Client } from "undici";

// The yardstick: the same requests by undici alone, a new connection each, started in groups of 20 ms.
// Usage: undici-process.ts <url> <checks a second>. Prints how many it has made, every second.
const [, , url = "", rate = "100"] = process.argv;
const GROUP_MS = 20;
const { origin, pathname } = new URL(url);
let made = 0;
let owed = 0;

async function checkOnce(): Promise<void> {
  const client = new Client(origin);
  try {
    const { body } = await client.request({ path: pathname, method: "GET", signal: AbortSignal.timeout(10_000) });
    await body.dump();
    made += 1;
  } finally {
    await client.destroy();
  }
}

setInterval(() => {
  owed += (Number(rate) * GROUP_MS) / 1_000;
  for (; owed >= 1; owed--) void checkOnce();
}, GROUP_MS);
setInterval(() => process.stdout.write(`${made}\n`), 1_000);
process.on("disconnect", () => process.exit(0));
