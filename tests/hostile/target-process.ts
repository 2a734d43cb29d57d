import { createServer } from "node:http";
import { listen } from "../harness/target.ts";

// A target in a process of its own: what the test is busy with must not look like a late check. It first tells its URL;
// asked with a number, it tells its journal as soon as that many requests are in it.
const journal: { path: string; at: number }[] = [];
let wanted = Number.POSITIVE_INFINITY;

function look(): void {
  if (journal.length < wanted) return;
  wanted = Number.POSITIVE_INFINITY;
  process.send?.(journal);
}

const server = createServer((request, response) => {
  journal.push({ path: request.url ?? "", at: Date.now() });
  response.end("all is well");
  look();
});
const port = await listen(server);
process.on("message", (count) => {
  wanted = Number(count);
  look();
});
process.send?.(`http://127.0.0.1:${port}/`);
