/** How long and how often everything is measured. `--quick` is for trying the bench out: its figures mean little. */
type Plan = {
  /** How often the sides are compared, alternating. */
  rounds: number;
  /** Each side runs so long before its window. */
  warmMs: number;
  windowMs: number;
  /** Monitors of the large scenarios are divided by this. */
  scaleDown: number;
};

export const isQuick = process.argv.includes("--quick");

export const PLAN: Plan = isQuick
  ? { rounds: 1, warmMs: 4_000, windowMs: 5_000, scaleDown: 10 }
  : { rounds: 3, warmMs: 20_000, windowMs: 10_000, scaleDown: 1 };
