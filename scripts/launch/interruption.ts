/** How the launcher learns that it should go: `signal` with the first request, `onImpatience` with the next. */
export type Interruption = { signal: AbortSignal; onImpatience: (kill: () => void) => void };

export function watchInterruption(): Interruption {
  const controller = new AbortController();
  let kill = (): void => undefined;
  const interrupt = (): void => {
    if (controller.signal.aborted) kill();
    controller.abort();
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, interrupt);
  // bootstrap.js was killed: the next request that we would get is none.
  process.once("disconnect", () => controller.abort());
  // A closed terminal must not end us by EPIPE before everything is stopped.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  return {
    signal: controller.signal,
    onImpatience: (handler) => {
      kill = handler;
    },
  };
}
