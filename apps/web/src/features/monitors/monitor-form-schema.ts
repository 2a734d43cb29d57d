import { monitorCreateSchema, monitorUpdateSchema, type IntervalRules } from "@pulsecheck/shared/monitor";
import { z } from "zod";
import { inputOf, type MonitorFormValues } from "./monitor-form-values.ts";

/** Judges the form's texts by the rules of the API, and tells what is wrong at the fields of the form. */
export function monitorFormSchema(rules: IntervalRules, isNew: boolean): z.ZodType<unknown, MonitorFormValues> {
  const schema: z.ZodType = isNew ? monitorCreateSchema(rules) : monitorUpdateSchema(rules);
  return z.custom<MonitorFormValues>().superRefine((values, context) => {
    const parsed = schema.safeParse(inputOf(values), { error: wordIssue });
    // A name that is not given is made of the URL: only the URL can be wrong then.
    const isSaid = ({ path: [field] }: z.core.$ZodIssue) => field !== "name" || values.name.trim() !== "";
    for (const issue of parsed.error?.issues.filter(isSaid) ?? [])
      context.addIssue({ code: "custom", ...placeIssue(issue) });
    const unfit = findUnfitHeader(values.headers);
    if (unfit !== null) context.addIssue({ code: "custom", path: ["headers"], message: unfit });
  });
}

/** A list is one field of the form, and so are all headers together. */
function placeIssue({ path: [field = "url", inner], message }: z.core.$ZodIssue) {
  const place = String(field);
  if (place === "auth" && inner !== undefined) return { path: [place, String(inner)], message };
  if (place === "body") return { path: [place, "text"], message };
  const isHeader = place === "headers" && inner !== undefined;
  return { path: [place], message: isHeader ? `${String(inner)} ${message}` : message };
}

function findUnfitHeader({ isKept, rows }: MonitorFormValues["headers"]): string | null {
  if (isKept) return null;
  const names = new Set<string>();
  for (const { name, value } of rows) {
    if (name === "" && value === "") continue;
    const known = name.trim().toLowerCase();
    if (known === "") return "each needs a name";
    if (value === "") return `${name} needs a value`;
    if (names.has(known)) return `${name} is there twice`;
    names.add(known);
  }
  return null;
}

const STATUS_WORDS = "must be codes and ranges, such as 204, 200-299";

/** What is wrong, where the schema has no words of its own for it. */
export function wordIssue(issue: z.core.$ZodRawIssue): string | undefined {
  const isNumber = issue.origin === "number" || issue.origin === "int";
  switch (issue.code) {
    case "too_small":
      return isNumber ? `must be ${String(issue.minimum)} or more` : "must not be empty";
    case "too_big": {
      const most = String(issue.maximum);
      if (isNumber) return `must be ${most} or less`;
      return issue.origin === "string" ? `must be at most ${most} characters long` : `must be at most ${most}`;
    }
    case "invalid_type":
      return issue.expected === "number" || issue.expected === "int" ? "must be a whole number" : undefined;
    case "invalid_key":
      return issue.issues[0]?.message;
    // Of all that can be typed, only a status can be neither of two kinds, or of the wrong form without words for it.
    case "invalid_union":
    case "invalid_format":
      return STATUS_WORDS;
    default:
      return undefined;
  }
}
