import type { CronRules } from "@pulsecheck/shared/cron-fields";
import { cronMonitorUpdateSchema } from "@pulsecheck/shared/cron-monitor";
import { z } from "zod";
import { formatDuration } from "../../lib/format.ts";
import { cronInputOf, type CronFormValues } from "./cron-form-values.ts";
import { wordIssue } from "./monitor-form-schema.ts";

const SPANS: readonly unknown[] = ["interval", "grace_s", "longest_run_s"];

/** Judges the form's texts by the rules of the API. What a schedule means, the API alone knows. */
export function cronFormSchema({ minIntervalS }: Pick<CronRules, "minIntervalS">): z.ZodType<unknown, CronFormValues> {
  const schema = cronMonitorUpdateSchema({ minIntervalS, parseSchedule });
  return z.custom<CronFormValues>().superRefine((values, context) => {
    const { error } = schema.safeParse(cronInputOf(values), { error: wordCronIssue });
    for (const { path, message } of error?.issues ?? []) {
      const [field = "name"] = path.map(String);
      context.addIssue({ code: "custom", path: SPANS.includes(field) ? [field, "count"] : [field], message });
    }
  });
}

function parseSchedule(schedule: string) {
  return schedule === "" ? ({ ok: false, detail: "must not be empty" } as const) : ({ ok: true, schedule } as const);
}

function wordCronIssue(issue: z.core.$ZodRawIssue): string | undefined {
  const [field] = issue.path ?? [];
  if (field === "ping_id") return "must be a UUID, such as 5bf66975-d4c7-4bf5-bcc8-b8d8a82ea278";
  if (!SPANS.includes(field)) return wordIssue(issue);
  if (issue.code === "too_small") return `must be ${formatDuration(Number(issue.minimum) * 1_000)} or more`;
  if (issue.code === "too_big") return `must be ${formatDuration(Number(issue.maximum) * 1_000)} or less`;
  return "must be a number";
}
