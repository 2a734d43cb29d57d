import { refuseField } from "@pulsecheck/shared/refusal";
import { createMiddleware } from "hono/factory";
import type { ApiEnv } from "../context.ts";

/** Refuses (400) a query that is no UTF-8 or holds what no text column can: frameworks would guess instead. */
export const strictQuery = createMiddleware<ApiEnv>(async (c, next) => {
  if (!c.req.url.includes("?")) return next();
  for (const part of new URL(c.req.url).search.slice(1).split("&")) {
    const [name, value] = part.split("=", 2).map(decode);
    const field = name || "query";
    if (name === null || value === null) throw refuseField(field, "must be percent-encoded UTF-8");
    if (part.includes("%00")) throw refuseField(field, "must not contain the character U+0000");
  }
  return next();
});

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
