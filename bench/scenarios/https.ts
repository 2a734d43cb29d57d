import type { Bench, Row } from "../report.ts";
import { openHttpsTarget } from "../targets.ts";
import { measurePipeline } from "./pipeline.ts";

export const measureHttps = (bench: Bench): Promise<Row[]> =>
  measurePipeline(bench, { name: "https", rate: 200, goal: 1.1, openTarget: openHttpsTarget });
