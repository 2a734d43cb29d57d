import { get } from "node:http";
import { performance } from "node:perf_hooks";

// Asks /health of the URL in its argument again and again, until it is told to stop; then it tells how long each
// answer took, in ms.
const AT_LEAST = 10;
const took: number[] = [];
let isOver = false;
process.once("message", () => (isOver = true));

/** Each time over a new connection, as everybody else's first request is. */
function askHealth(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(`${url}/health`, { agent: false }, (response) => {
      response.resume().on("end", resolve);
      if (response.statusCode !== 200) reject(new Error(`/health answered ${response.statusCode}`));
    });
    request.on("error", reject);
  });
}

while (!isOver || took.length < AT_LEAST) {
  const startedAt = performance.now();
  await askHealth(process.argv[2] ?? "");
  took.push(performance.now() - startedAt);
  await new Promise((resolve) => setTimeout(resolve, 20));
}
process.send?.(took, () => process.disconnect());
