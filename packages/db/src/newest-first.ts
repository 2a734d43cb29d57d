import { readCursor, writeCursor, type Page } from "@pulsecheck/shared/list";

const SORT = "-created_at";

export type PageInput = { limit: number; cursor?: string | undefined };

/** The part of a Prisma query that reads one page, the newest first. Refuses (400) a cursor of another list. */
export function newestFirst({ limit, cursor }: PageInput) {
  const position = readCursor(cursor, SORT, ["time", "uuid"]);
  const at = new Date(position?.[0] ?? 0);
  const id = position?.[1] ?? "";
  return {
    where: position === null ? {} : { OR: [{ createdAt: { lt: at } }, { createdAt: at, id: { lt: id } }] },
    orderBy: [{ createdAt: "desc" as const }, { id: "desc" as const }],
    take: limit + 1,
  };
}

/** What such a query found, as a page: one row more than `limit` says that there is a next one. */
export function pageOf<Row extends { id: string; createdAt: Date }, View>(
  rows: readonly Row[],
  { limit }: PageInput,
  view: (row: Row) => View,
): Page<View> {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  const next = last && writeCursor({ sort: SORT, after: [last.createdAt.toISOString(), last.id] });
  return { items: shown.map(view), next_cursor: next ?? null };
}
