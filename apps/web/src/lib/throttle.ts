/** Runs what it is told at once, and then at most once in so many ms, the last time included. */
export function createThrottle(everyMs: number) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lastAt = -Infinity;
  return {
    run(what: () => void): void {
      timer ??= setTimeout(
        () => {
          timer = undefined;
          lastAt = Date.now();
          what();
        },
        Math.max(0, lastAt + everyMs - Date.now()),
      );
    },
    stop(): void {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
