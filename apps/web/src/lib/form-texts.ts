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
    for (const { path, message } of schema.safeParse(inputOf(values)).error?.issues ?? [])
      context.addIssue({ code: "custom", path: path.slice(0, 1), message });
  };
}
