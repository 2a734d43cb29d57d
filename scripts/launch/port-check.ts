import { setTimeout as delay } from "node:timers/promises";
import { tryPort } from "../servers/free-port.ts";
import type { LaunchConfig } from "./launch-config.ts";

/** Throws, in one line that names the setting, unless the port can be listened on within `patienceMs`. */
export async function requireFreePort({ host, port }: LaunchConfig, patienceMs: number): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const problem = await tryPort(port, host);
    if (problem === null) return;
    if (problem !== "EADDRINUSE") throw new Error(`cannot listen on ${host}:${port}: ${problem}`);
    if (Date.now() >= deadline) {
      throw new Error(`port ${port} is in use: stop what uses it or choose another with PORT`);
    }
    await delay(250);
  }
}
