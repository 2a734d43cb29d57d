import { finished } from "node:stream";
import { Refusal } from "@pulsecheck/shared/refusal";
import type { Column } from "@pulsecheck/shared/sheet";
import type { Context } from "hono";
import type { ApiEnv } from "../context.ts";
import { EXPORTS } from "../http/limits.ts";
import { SHEET_TYPES, writeSheet, type SheetFormat } from "./write-sheet.ts";

type ExportLimits = { atOnce: number; perWorkspace: number; stalledAfterMs: number };

/**
 * Answers with tables as files, streamed. Refuses (503) one more than a process, or a workspace in it, writes at a
 * time. Where reading breaks off, so does the file: the connection is cut, and nobody takes a part for the whole.
 */
export function answerSheets({ atOnce, perWorkspace, stalledAfterMs }: ExportLimits = EXPORTS) {
  /** The workspace of each table that is being written. */
  const open: number[] = [];

  function takePlace({ env: { outgoing }, var: { scope } }: Context<ApiEnv>): void {
    const { workspaceId } = scope;
    if (open.length >= atOnce || open.filter((one) => one === workspaceId).length >= perWorkspace)
      throw new Refusal(503, "Too many exports at once. Try again in a moment.", { retryAfterS: 10 });
    open.push(workspaceId);
    finished(outgoing, () => open.splice(open.indexOf(workspaceId), 1));
    // Node tells of silence on the connection, whoever is silent: a long query is not the reader's fault.
    outgoing.setTimeout(stalledAfterMs, () => {
      if (outgoing.writableLength > 0) outgoing.destroy();
    });
  }

  return function answerSheet<Item>(
    c: Context<ApiEnv>,
    format: SheetFormat,
    name: string,
    columns: readonly Column<Item>[],
    items: AsyncIterable<Item>,
  ) {
    const day = new Date().toISOString().slice(0, 10);
    const headers = {
      "Content-Type": SHEET_TYPES[format],
      "Content-Disposition": `attachment; filename="pulsecheck-${name}-${day}.${format}"`,
    };
    // Hono takes GET's answer for HEAD too, and would leave its body lying half written.
    if (c.req.method === "HEAD") return c.body(null, 200, headers);
    takePlace(c);
    return c.body(writeSheet(format, name, columns, logged(c, items)), 200, headers);
  };
}

async function* logged<Item>(c: Context<ApiEnv>, items: AsyncIterable<Item>): AsyncGenerator<Item> {
  try {
    yield* items;
  } catch (error) {
    c.get("log").error({ err: error, path: c.req.path }, "an export broke off");
    throw error;
  }
}
