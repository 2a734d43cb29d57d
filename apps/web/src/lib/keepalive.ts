/** Finds out that nobody is there any more: a dead connection says nothing by itself. */
export type Keepalive = {
  start(): void;
  /** Asks now, and not only when the time has come. */
  check(): void;
  /** Something came: the other end is there. */
  heard(): void;
  stop(): void;
};

const ASK_EVERY_MS = 25_000;
const PATIENCE_MS = 5_000;

/**
 * @param ask sends something that is answered
 * @param onSilence called where nothing came in time
 */
export function createKeepalive(ask: () => void, onSilence: () => void): Keepalive {
  let asking: ReturnType<typeof setInterval> | undefined;
  let waiting: ReturnType<typeof setTimeout> | undefined;

  function check(): void {
    if (waiting !== undefined) return;
    ask();
    waiting = setTimeout(() => {
      waiting = undefined;
      onSilence();
    }, PATIENCE_MS);
  }

  function heard(): void {
    clearTimeout(waiting);
    waiting = undefined;
  }

  return {
    start() {
      asking = setInterval(check, ASK_EVERY_MS);
    },
    check,
    heard,
    stop() {
      clearInterval(asking);
      heard();
    },
  };
}
