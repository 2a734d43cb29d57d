import { readdir, readFile } from "node:fs/promises";

/** Clock ticks a second of /proc's CPU times; 100 on every Linux that Node runs on (getconf CLK_TCK). */
const TICKS = 100;

/** CPU time (user and system, in ms) that processes and all their children have used so far, by the operating system. */
export async function cpuMsOf(roots: readonly number[]): Promise<number> {
  const stats = await readStats();
  const wanted = new Set(roots);
  // Children come after their parents in no order at all: go round until nothing is added.
  for (let size = -1; size !== wanted.size;) {
    size = wanted.size;
    for (const { pid, parent } of stats) if (wanted.has(parent)) wanted.add(pid);
  }
  const ticks = stats.filter(({ pid }) => wanted.has(pid)).reduce((sum, one) => sum + one.ticks, 0);
  return (ticks / TICKS) * 1_000;
}

/** CPU time (ms) that all processes of the machine have used since it started, interrupts included. */
export async function machineCpuMs(): Promise<number> {
  const [first = ""] = (await readFile("/proc/stat", "utf8")).split("\n");
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = first.split(/\s+/).slice(1).map(Number);
  return ((user + nice + system + irq + softirq) / TICKS) * 1_000;
}

/** Resident memory of one process, in MB (10^6 bytes). */
export async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return (Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1_024) / 1e6;
}

export async function parentOf(pid: number): Promise<number> {
  return parseStat(await readFile(`/proc/${pid}/stat`, "utf8")).parent;
}

type Stat = { pid: number; parent: number; ticks: number };

async function readStats(): Promise<Stat[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const texts = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")));
  return texts.filter((text) => text !== "").map(parseStat);
}

/** Fields of proc(5): 4 ppid, 14 utime, 15 stime, 16 cutime, 17 cstime. */
function parseStat(text: string): Stat {
  const rest = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const field = (n: number) => Number(rest[n - 3]);
  return { pid: Number.parseInt(text, 10), parent: field(4), ticks: field(14) + field(15) + field(16) + field(17) };
}
