import type { z } from "zod";
import type { FieldError } from "./refusal.ts";

/** Turns zod's issues into `{field, detail}`; unknown fields are named one by one. */
export function fieldErrors(issues: readonly z.core.$ZodIssue[]): FieldError[] {
  return issues.flatMap((issue) => {
    const field = issue.path.map(String).join(".");
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        field: field === "" ? key : `${field}.${key}`,
        detail: "is not a known field",
      }));
    }
    // Of several shapes that it may have, the one that it seems to be meant for.
    const meant =
      issue.code === "invalid_union" ? issue.errors.find((branch) => !branch.some(isOtherShape)) : undefined;
    if (meant !== undefined)
      return fieldErrors(meant.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })));
    if (issue.code === "invalid_key") return issue.issues.map(({ message }) => ({ field, detail: message }));
    return [{ field: field === "" ? "body" : field, detail: issue.message }];
  });
}

function isOtherShape({ code, path }: z.core.$ZodIssue): boolean {
  return code === "invalid_type" && path.length === 0;
}
