import { join } from "node:path";
import { type App, superviseApp } from "./app-process.ts";
import { root } from "./environment.ts";
import type { Interruption } from "./interruption.ts";
import type { LaunchConfig } from "./launch-config.ts";
import { waitUntilReady } from "./readiness.ts";

const READY_TIMEOUT_MS = 120_000;
export const DRAIN_MS = 10_000;

export type AppRun = {
  config: LaunchConfig;
  env: NodeJS.ProcessEnv;
  watch: boolean;
  interruption: Interruption;
};

/**
 * Runs API and worker until we are asked to go; throws when they do not come up.
 * @param whileReady called once they answer, and awaited before they are stopped; `over` says that it is time
 */
export async function runApps(
  { config, env, watch, interruption }: AppRun,
  whileReady: (over: AbortSignal) => Promise<void>,
): Promise<void> {
  const failure = new AbortController();
  const over = AbortSignal.any([interruption.signal, failure.signal]);
  let isReady = false;
  const start = (name: string): App => {
    const script = join(root, "apps", name, "src/main.ts");
    const shouldRestart = (how: string): boolean => {
      if (!isReady) failure.abort(new Error(`the ${name} did not start (${how}), see above`));
      return isReady;
    };
    return superviseApp({ name, script, env, watch, shouldRestart });
  };
  const apps = [start("api"), start("worker")];
  interruption.onImpatience(() => apps.forEach((app) => app.killNow()));
  try {
    const readyUrl = `http://${config.urlHost}:${config.port}/ready`;
    isReady = await waitUntilReady(readyUrl, READY_TIMEOUT_MS, over);
    failure.signal.throwIfAborted();
    if (!isReady && !over.aborted) throw new Error(`${readyUrl} did not answer 200 in time`);
    if (isReady) await whileReady(over);
    if (!over.aborted) await new Promise((resolve) => over.addEventListener("abort", resolve));
  } finally {
    if (interruption.signal.aborted) console.log("\npulsecheck: stopping (Ctrl-C again to kill) ...");
    await Promise.all(apps.map((app) => app.stop(DRAIN_MS)));
  }
}
