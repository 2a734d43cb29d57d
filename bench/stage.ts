/** What a scenario has started. All of it is stopped when the scenario ends, fails or is interrupted. */
export type Stage = {
  /** Remembers how to stop what `starting` brings, even where an interrupt comes while it still starts. */
  use<Started>(starting: Promise<Started>, stop: (started: Started) => unknown): Promise<Started>;
};

const open = new Set<() => Promise<void>>();

export async function withStage<Result>(play: (stage: Stage) => Promise<Result>): Promise<Result> {
  const stops: (() => Promise<void>)[] = [];
  const clear = async () => {
    for (let stop = stops.pop(); stop; stop = stops.pop()) await stop();
    open.delete(clear);
  };
  open.add(clear);
  try {
    return await play({
      use(starting, stop) {
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
  }
}

/** Ends the bench on Ctrl-C, or when its parent is gone, and takes everything down that it started. */
export function clearStagesOnInterrupt(): void {
  let isInterrupted = false;
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
