import { cpuMsOf, machineCpuMs } from "./cpu.ts";
import { showRange } from "./statistics.ts";

const LOOK_EVERY_MS = 5_000;

/** Servers of ours that are no descendants of this process, by their pids. */
const servers = new Set<number>();

export function noteServer(pid: number): { gone(): void } {
  servers.add(pid);
  return { gone: () => void servers.delete(pid) };
}

/** The noise: how many cores other processes keep busy while the bench runs, looked at every 5 seconds. */
export function watchOthers(): { sinceLast(): string; stop(): string } {
  const cores: number[] = [];
  let told = 0;
  let last: { at: number; ms: number; servers: string } | null = null;
  const look = async () => {
    const ours = cpuMsOf([process.pid, ...servers]);
    const now = { at: performance.now(), ms: (await machineCpuMs()) - (await ours), servers: [...servers].join() };
    // A server that came or went changes the sum by its whole life.
    if (last?.servers === now.servers) cores.push(Math.max(0, now.ms - last.ms) / (now.at - last.at));
    last = now;
  };
  const timer = setInterval(() => void look().catch(() => undefined), LOOK_EVERY_MS);
  const show = (some: readonly number[]) => (some.length === 0 ? "an unknown number of" : showRange(some, 2));
  return {
    sinceLast() {
      const some = cores.slice(told);
      told = cores.length;
      return show(some);
    },
    stop() {
      clearInterval(timer);
      return show(cores);
    },
  };
}
