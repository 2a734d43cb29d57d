import type { BrokerKind } from "../tests/harness/house.ts";

/** One line of the table. */
export type Row = {
  figure: string;
  /** The broker of the fleet that was measured; "-" where there is none. */
  mode: BrokerKind | "-";
  value: string;
  /** What it is compared with, from the same run. */
  yardstick: string;
  goal: string;
  /** Null where there is no goal. */
  isReached: boolean | null;
};

/** What a scenario is given, and leaves behind. */
export type Bench = {
  say(progress: string): void;
  /** Figures that another scenario of the same run compares itself with. */
  figures: Map<string, number>;
};

export type Scenario = (bench: Bench) => Promise<Row[]>;

const HEADS = ["figure", "mode", "measured", "yardstick, same run", "goal", ""] as const;

export function writeTable(rows: readonly Row[]): string {
  const lines = [
    HEADS,
    HEADS.map(() => "---"),
    ...rows.map(({ figure, mode, value, yardstick, goal, isReached }) => [
      figure,
      mode,
      value,
      yardstick,
      goal,
      isReached === null ? "" : isReached ? "reached" : "NOT reached",
    ]),
  ];
  return lines.map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}
