import type { Bench, Row } from "../report.ts";
import { openHttpTarget } from "../targets.ts";
import { measurePipeline } from "./pipeline.ts";

export const measureHttp = (bench: Bench): Promise<Row[]> =>
  measurePipeline(bench, { name: "http", rate: 1_000, goal: 1.3, openTarget: openHttpTarget });
