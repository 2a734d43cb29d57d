import { z } from "zod";
import { refuseField } from "./refusal.ts";

/** What every list takes. A cursor is opaque to clients. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(6_000).optional().describe("The next_cursor of the page before"),
};

/** For lists whose rows can be counted cheaply. */
export const totalQuery = {
  total: z.stringbool().optional().describe("Count the rows too: see `total` in the answer"),
};

/** Text that stands somewhere in one of these, in capitals or not. */
export function textQuery(fields: string) {
  return z.string().trim().min(1).max(200).optional().describe(`Text in ${fields}`);
}

const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

/** `from` and `to` of a query: ISO 8601 with a zone; a list holds what is not before `from`, and before `to`. */
export const rangeQuery = { from: instant.optional(), to: instant.optional() };

const SORTS_AT_MOST = 3;

/**
 * `sort=status,-name`: up to three columns, each once, a minus before those that fall.
 * @param usual the sort where none is asked for
 */
export function sortQuery(columns: readonly string[], usual: string) {
  const column = `-?(?:${columns.join("|")})`;
  const twice = String.raw`.*\b(\w+)\b.*\b\1\b`;
  const pattern = new RegExp(`^(?=${column}(?:,${column}){0,${SORTS_AT_MOST - 1}}$)(?!${twice})`);
  const says = `must be up to ${SORTS_AT_MOST} of ${columns.join(", ")}, each once, with commas between them; -${columns[0]} is the other way round`;
  return z.string().regex(pattern, says).default(usual).describe(`Sorted by: ${says}`);
}

/** The columns of such a sort, in their order. */
export function parseSort(sort: string): { column: string; isFalling: boolean }[] {
  return sort.split(",").map((part) => ({ column: part.replace(/^-/, ""), isFalling: part.startsWith("-") }));
}

export type Page<T> = { items: T[]; next_cursor: string | null };
/** `total`: all rows of the query, whatever the page; null where there are more than are counted. */
export type CountedPage<T> = Page<T> & { total?: number | null };

/** So many rows are counted at most. */
export const COUNTED_AT_MOST = 10_000;

export function pageSchema<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next_cursor: z.string().nullable() });
}

export function countedPageSchema<T extends z.ZodType>(item: T) {
  const says = `Rows in all, if asked for; null where there are more than ${COUNTED_AT_MOST}`;
  return pageSchema(item).extend({ total: z.int().nullable().optional().describe(says) });
}

/** Where a page ended: the sort that it belongs to, and its last row's values of the sort's columns and its key, as text. */
type Position = { sort: string; after: string[] };

const positionSchema = z.strictObject({ sort: z.string(), after: z.array(z.string()) });

export function writeCursor(position: Position): string {
  const bytes = new TextEncoder().encode(JSON.stringify(position));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** What stands in a cursor, as we write it: a forged one is refused and not handed to the database. */
const VALUES = {
  text: (value: string) => !value.includes("\0"),
  time: isInstant,
  // As JavaScript writes it, so that it is in the range of a float8.
  number: (value: string) => Number.isFinite(Number(value)) && String(Number(value)) === value,
  boolean: (value: string) => value === "true" || value === "false",
  integer: (value: string) => /^\d{1,9}$/.test(value),
  bigint: (value: string) => /^\d{1,18}$/.test(value),
  uuid: (value: string) => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(value),
};
export type ValueType = keyof typeof VALUES;

/**
 * Reads a cursor back; null without one. Refuses (400) what we did not write or what belongs to a list sorted otherwise.
 * @param types of the sort's columns and the key
 */
export function readCursor(cursor: string | undefined, sort: string, types: readonly ValueType[]): string[] | null {
  if (cursor === undefined) return null;
  const { success, data } = positionSchema.safeParse(decode(cursor));
  if (success && data.sort !== sort) throw refuseField("cursor", "belongs to a list with another sort");
  if (!success || data.after.length !== types.length || !types.every((type, i) => VALUES[type](data.after[i] ?? "\0")))
    throw refuseField("cursor", "must be a next_cursor of this list");
  return data.after;
}

function isInstant(value: string): boolean {
  const at = new Date(value);
  return /^(?!0000)\d{4}-/.test(value) && !Number.isNaN(at.getTime()) && at.toISOString() === value;
}

function decode(cursor: string): unknown {
  try {
    const bytes = Uint8Array.from(atob(cursor.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
}
