import {
  windowCreateSchema,
  windowScheduleSchema,
  type WindowInput,
  type WindowRules,
  type WindowSchedule,
} from "@pulsecheck/shared/maintenance-window";
import { z } from "zod";
import { ApiError } from "../../lib/api.ts";
import { windowInputOf, type WindowFormValues } from "./window-form-values.ts";

const rules: WindowRules = {
  parseSchedule: (text) => (text === "" ? { ok: false, detail: "must not be empty" } : { ok: true, schedule: text }),
};
const schema = windowCreateSchema(rules);
const scheduleSchema = windowScheduleSchema(rules);

/** Judges the form's texts by the rules of the API. What an expression means, the API alone knows. */
export const windowFormSchema: z.ZodType<unknown, WindowFormValues> = z
  .custom<WindowFormValues>()
  .superRefine((values, context) => {
    const { error } = schema.safeParse(windowInputOf(values), { error: wordIssue });
    for (const { path, message } of error?.issues ?? [])
      context.addIssue({ code: "custom", path: placeOf(path.map(String)), message });
  });

/** What is sent of a form that was judged good. */
export function readWindow(values: WindowFormValues): WindowInput {
  return schema.parse(windowInputOf(values));
}

/** What is asked about; null where it is not yet whole. */
export function readSchedule(written: unknown): { schedule: WindowSchedule } | null {
  const { success, data } = scheduleSchema.safeParse(written);
  return success ? { schedule: data } : null;
}

/** Where in the form a field of the API stands. */
function placeOf(path: readonly string[]): string[] {
  const [first = "name", second] = path;
  if (first === "targets") return [second ?? "tags"];
  if (first !== "schedule") return [first];
  return second === "duration_s" ? [second, "count"] : [second ?? "kind"];
}

function wordIssue(issue: z.core.$ZodRawIssue): string | undefined {
  const field = issue.path?.at(-1);
  if (field === "starts_at" || field === "ends_at" || field === "from" || field === "until") {
    return issue.code === "invalid_format" ? "must be a date and a time" : undefined;
  }
  if (field === "duration_s") return issue.code === "invalid_type" ? "must be a number" : "must be 1 minute to 7 days";
  if (field === "weekdays") return "must have a day";
  return undefined;
}

/** What the API refused, at the fields of the form. */
export function atOwnFields(error: unknown): unknown {
  if (!(error instanceof ApiError)) return error;
  const errors = error.errors.map(({ field, detail }) => ({ field: placeOf(field.split(".")).join("."), detail }));
  return new ApiError(error.status, { detail: error.message, errors });
}
