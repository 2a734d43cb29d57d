import { Refusal } from "@pulsecheck/shared/refusal";
import type { Column } from "@pulsecheck/shared/sheet";
import type { Context } from "hono";
import type { ApiEnv } from "../context.ts";
import { EXPORTS_AT_ONCE } from "../http/limits.ts";
import { SHEET_TYPES, writeSheet, type SheetFormat } from "./write-sheet.ts";

/**
 * Answers with tables as files, streamed. Refuses (503) one more than a process writes at a time. Where reading breaks
 * off, so does the file: the connection is cut, and nobody takes a part for the whole.
 */
export function answerSheets() {
  let open = 0;

  async function* counted<Item>(c: Context<ApiEnv>, items: AsyncIterable<Item>): AsyncGenerator<Item> {
    open += 1;
    try {
      yield* items;
    } catch (error) {
      c.get("log").error({ err: error, path: c.req.path }, "an export broke off");
      throw error;
    } finally {
      open -= 1;
    }
  }

  return function answerSheet<Item>(
    c: Context<ApiEnv>,
    format: SheetFormat,
    name: string,
    columns: readonly Column<Item>[],
    items: AsyncIterable<Item>,
  ) {
    if (open >= EXPORTS_AT_ONCE)
      throw new Refusal(503, "Too many exports at once. Try again in a moment.", { retryAfterS: 10 });
    const day = new Date().toISOString().slice(0, 10);
    return c.body(writeSheet(format, name, columns, counted(c, items)), 200, {
      "Content-Type": SHEET_TYPES[format],
      "Content-Disposition": `attachment; filename="pulsecheck-${name}-${day}.${format}"`,
    });
  };
}
