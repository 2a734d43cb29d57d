/** What a scenario has started. All of it is stopped when the scenario ends, fails or is interrupted. */
export type Stage = {
  /** Starts something and remembers how to stop it, even where an interrupt comes while it still starts. */
  use<Started>(start: () => Promise<Started> | Started, stop: (started: Started) => unknown): Promise<Started>;
};

const open = new Set<() => Promise<void>>();
let isInterrupted = false;

export async function withStage<Result>(play: (stage: Stage) => Promise<Result>): Promise<Result> {
  const stops: (() => Promise<void>)[] = [];
  let clearing: Promise<void> | null = null;
  const clearAll = async () => {
    for (let stop = stops.pop(); stop; stop = stops.pop()) await stop();
    open.delete(clear);
  };
  const clear = () => (clearing ??= clearAll());
  open.add(clear);
  try {
    return await play({
      async use(start, stop) {
        if (isInterrupted) throw new Error("interrupted");
        const starting = Promise.resolve(start());
        stops.push(async () => {
          try {
            await stop(await starting);
          } catch {
            // It never started, or is gone already.
          }
        });
        return starting;
      },
    });
  } finally {
    await clear();
    // Whoever interrupted us ends the process, once everything is stopped.
    if (isInterrupted) await new Promise(() => undefined);
  }
}

/** Ends the bench on Ctrl-C, or when its parent is gone, and takes everything down that it started. */
export function clearStagesOnInterrupt(): void {
  const interrupt = async () => {
    if (isInterrupted) return;
    isInterrupted = true;
    // What is measured just now fails, with its servers gone; that is no news.
    process.on("uncaughtException", () => undefined).on("unhandledRejection", () => undefined);
    for (const clear of open) await clear();
    process.exit(130);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, interrupt);
  process.on("disconnect", interrupt);
}
