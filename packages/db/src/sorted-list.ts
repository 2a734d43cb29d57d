import { readCursor, writeCursor, type CursorShape, type Page } from "@pulsecheck/shared/list";
import { Prisma } from "./generated/client.ts";
import type { Scope } from "./scope.ts";

/** What a list is sorted by: an expression that is never NULL, so that a cursor is one comparison. */
export type SortKey = { by: Prisma.Sql; type: Prisma.Sql; value: CursorShape["value"] };

type SortedList<Sort extends string> = {
  /** Tables and joins, and the column of the inner key. */
  from: Prisma.Sql;
  id: Prisma.Sql;
  sorts: Record<Sort, SortKey>;
  filters: readonly Prisma.Sql[];
};
type SortedQuery<Sort extends string> = { sort: Sort | `-${Sort}`; cursor?: string | undefined; limit: number };

/**
 * A page of rows in the query's order; ties are broken by age.
 * @param read the rows of these inner keys as they are shown, in any order, each with its key
 */
export async function readSorted<Sort extends string, View>(
  { db }: Scope,
  query: SortedQuery<Sort>,
  { from, id, sorts, filters }: SortedList<Sort>,
  read: (ids: number[]) => Promise<(readonly [number, View])[]>,
): Promise<Page<View>> {
  const isFalling = query.sort.startsWith("-");
  const { by, type, value } = sorts[query.sort.replace(/^-/, "") as Sort];
  const position = readCursor(query.cursor, { sorts: [query.sort], value, key: "integer" });
  const order = isFalling ? Prisma.sql`DESC` : Prisma.sql`ASC`;
  const beyond = isFalling ? Prisma.sql`<` : Prisma.sql`>`;
  const conditions = [
    ...filters,
    ...(position === null
      ? []
      : [Prisma.sql`(${by}, ${id}) ${beyond} (${position.value}::${type}, ${position.key}::int)`]),
  ];
  const keys = await db.prisma.$queryRaw<{ id: number; value: string | number | Date }[]>`
    SELECT ${id} AS id, ${by} AS value FROM ${from}
    WHERE ${Prisma.join(conditions, " AND ")} ORDER BY ${by} ${order}, ${id} ${order} LIMIT ${query.limit + 1}`;
  const page = keys.slice(0, query.limit);
  const last = keys.length > query.limit ? page.at(-1) : undefined;
  const views = new Map(await read(page.map((row) => row.id)));
  return {
    items: page.flatMap((row) => views.get(row.id) ?? []),
    next_cursor: last ? writeCursor({ sort: query.sort, value: textOf(last.value), key: String(last.id) }) : null,
  };
}

function textOf(value: string | number | Date): string {
  return value instanceof Date ? value.toISOString() : String(value);
}

/** For ILIKE: a text that has this one in it, whatever stands in it. */
export function patternWith(text: string): string {
  return `%${text.replace(/[\\%_]/g, "\\$&")}%`;
}
