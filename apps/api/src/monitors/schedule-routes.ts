import { cronFields } from "@pulsecheck/shared/cron-fields";
import { nextRunAfter, parseSchedule } from "@pulsecheck/shared/cron-schedule";
import { z } from "zod";
import type { Deps } from "../context.ts";
import { defineRoute, json } from "../http/route.ts";
import { createRouter } from "../http/router.ts";

const SHOWN = 3;
const answer = z.object({
  schedule: z.string(),
  time_zone: z.string(),
  next_runs: z.array(z.iso.datetime()).describe(`The next ${SHOWN}, the first one first`),
});

/** What a cron expression means, for whoever is about to write one. */
export function scheduleRoutes({ config }: Pick<Deps, "config">) {
  const { schedule, time_zone } = cronFields({ ...config.intervals, parseSchedule });
  const query = z.strictObject({ schedule: schedule.unwrap(), time_zone: time_zone.default("UTC") });
  return createRouter().openapi(
    defineRoute("read", {
      method: "get",
      path: "/api/v1/schedules/next",
      tags: ["Monitors"],
      request: { query },
      responses: { 200: json(answer, "When a job of this schedule runs next") },
    }),
    (c) => {
      const asked = c.req.valid("query");
      return c.json({ ...asked, next_runs: listRuns(asked.schedule, asked.time_zone, new Date()) }, 200);
    },
  );
}

function listRuns(schedule: string, timeZone: string, now: Date): string[] {
  const runs: Date[] = [];
  while (runs.length < SHOWN) runs.push(nextRunAfter(schedule, timeZone, runs.at(-1) ?? now));
  return runs.map((run) => run.toISOString());
}
