import { performance } from "node:perf_hooks";
import { Pool } from "undici";
import { answerParent } from "./children.ts";

// Asks a blackbox_exporter to probe, so often a second, over kept connections: driving it is not what is measured.
// Usage: peer-driver-process.ts <the exporter's url> <its module> <target> <probes a second>
const [, , exporter = "", module = "", target = "", rate = "100"] = process.argv;
const GROUP_MS = 20;
const pool = new Pool(exporter, { connections: 200 });
let made = 0;
let failed = 0;
let started = 0;
let underWay = 0;

async function probeOnce(): Promise<void> {
  underWay += 1;
  const path = `/probe?module=${module}&target=${encodeURIComponent(target)}`;
  try {
    const text = await (await pool.request({ path, method: "GET" })).body.text();
    if (text.includes("\nprobe_success 1\n")) made += 1;
    else failed += 1;
  } catch {
    failed += 1;
  } finally {
    underWay -= 1;
  }
}

const startedAt = performance.now();
setInterval(() => {
  const due = ((performance.now() - startedAt) * Number(rate)) / 1_000;
  // Where it cannot keep up, what is too much is left out, not queued.
  for (; started < due; started++) if (underWay < 1_000) void probeOnce();
}, GROUP_MS);
answerParent({ count: () => ({ made, failed }) });
