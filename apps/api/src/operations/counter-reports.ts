import { reportCounters } from "@pulsecheck/db/instance-counters";
import type { Deps } from "../context.ts";

const EVERY_MS = 2_000;

/** Adds what this process counts to the instance's counters. While the database is away, it waits in memory. */
export function startCounterReports({ db, counters, log }: Deps): { stop(): Promise<void> } {
  const report = () => reportCounters(db, counters).catch((err: unknown) => log.debug({ err }, "counters wait"));
  const timer = setInterval(report, EVERY_MS);
  return {
    async stop() {
      clearInterval(timer);
      await report();
    },
  };
}
