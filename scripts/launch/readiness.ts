import { setTimeout as delay } from "node:timers/promises";

const POLL_EVERY_MS = 150;

/** Resolves when the URL answers 200; false when that takes longer than `timeoutMs` or `signal` aborts. */
export async function waitUntilReady(url: string, timeoutMs: number, signal: AbortSignal): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline && !signal.aborted) {
    const attempt = AbortSignal.any([signal, AbortSignal.timeout(2000)]);
    const status = await fetch(url, { signal: attempt })
      .then(async (response) => {
        await response.body?.cancel();
        return response.status;
      })
      .catch(() => 0);
    if (status === 200) return true;
    await delay(POLL_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
  return false;
}
