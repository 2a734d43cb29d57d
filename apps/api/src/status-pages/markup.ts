import type { html } from "hono/html";

/** Markup that `html` made: everything put into it is escaped. */
export type Markup = ReturnType<typeof html>;

/** Markup as text. `html` makes promises only of promises, and nothing here gives it one. */
export function writeMarkup(markup: Markup): string {
  if (markup instanceof Promise) throw new TypeError("markup must be there at once");
  return markup.toString();
}

/** Text without what XML 1.0 cannot hold at all, not even escaped: control characters and the like. */
export function xmlText(text: string): string {
  return text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "\uFFFD");
}
