/** Says that a check's time ran out. One for all checks: to make an error with its stack costs more than to connect. */
export const TIMED_OUT = Object.assign(new Error("time ran out"), { name: "TimeoutError" });

/** The one time limit of a check, whatever the check is waiting for when it comes. */
export type Deadline = {
  /** From now on the limit ends this, and no longer what it was told before. Called at once where time is up. */
  ends(whatWaits: (timedOut: Error) => void): void;
  /** The check is over; the limit ends nothing any more. */
  clear(): void;
};

export function startDeadline(timeoutMs: number): Deadline {
  let end: (timedOut: Error) => void = () => undefined;
  let isOver = false;
  const timer = setTimeout(() => {
    isOver = true;
    end(TIMED_OUT);
  }, timeoutMs);
  return {
    ends(whatWaits) {
      end = whatWaits;
      if (isOver) end(TIMED_OUT);
    },
    clear() {
      clearTimeout(timer);
      end = () => undefined;
    },
  };
}
