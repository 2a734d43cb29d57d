import type { z } from "zod";

/** What an empty field stands for is null; what is no number is left to the schema. */
export function readNumber(text: string): number | null {
  return text.trim() === "" ? null : Number(text);
}

/** Tags with commas between them. */
export function readTags(text: string): string[] {
  return text
    .split(",")
    .map((tag) => tag.trim())
    .filter(Boolean);
}

/** Judges a form's texts by a schema of the API: each issue stands at its field. */
export function judgeInput<T>(schema: z.ZodType, inputOf: (values: T) => unknown) {
  return (values: T, context: z.core.$RefinementCtx): void => {
    for (const issue of schema.safeParse(inputOf(values)).error?.issues ?? [])
      context.addIssue({ code: "custom", path: issue.path.slice(0, 1), message: sayIssue(issue) });
  };
}

/** That a text is no number is told in words of a reader, not in those of a schema. */
function sayIssue(issue: z.core.$ZodIssue): string {
  if (issue.code !== "invalid_type") return issue.message;
  if (issue.expected === "int") return "must be a whole number";
  return issue.expected === "number" ? "must be a number" : issue.message;
}
