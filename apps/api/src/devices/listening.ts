import { signListening } from "@pulsecheck/db/listening";
import type { Deps } from "../context.ts";

const EVERY_MS = 2_000;

/** Says every 2 s that this process hears what reports: only then does a device's silence mean something. */
export async function startListening(
  { db, log }: Pick<Deps, "db" | "log">,
  processId: string,
): Promise<{ stop(): void }> {
  const sign = () => signListening(db, processId).catch((err: unknown) => log.debug({ err }, "no sign of listening"));
  await sign();
  const timer = setInterval(sign, EVERY_MS);
  return { stop: () => clearInterval(timer) };
}
