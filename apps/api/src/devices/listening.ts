import { hostname } from "node:os";
import { signListening } from "@pulsecheck/db/listening";
import type { Deps } from "../context.ts";

const EVERY_MS = 2_000;

/** Says every 2 s that this process hears what reports: only then does a device's silence mean something. */
export async function startListening(
  { db, log }: Pick<Deps, "db" | "log">,
  processId: string,
): Promise<{ stop(): void }> {
  const self = { host: hostname(), pid: process.pid };
  const sign = () =>
    signListening(db, processId, self).catch((err: unknown) => log.debug({ err }, "no sign of listening"));
  await sign();
  const timer = setInterval(sign, EVERY_MS);
  return { stop: () => clearInterval(timer) };
}
