import { z } from "zod";
import { refuseField } from "./refusal.ts";

/** What every list takes. A cursor is opaque to clients. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(2_000).optional(),
};

export type Page<T> = { items: T[]; next_cursor: string | null };

export function pageSchema<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next_cursor: z.string().nullable() });
}

/** Where a page ended: the sort it belongs to, the last row's sort value as text (a time in ISO 8601), its key. */
export type Position = { sort: string; value: string; key: string };

const positionSchema = z.strictObject({ sort: z.string(), value: z.string(), key: z.string().max(40) });

export function writeCursor(position: Position): string {
  const bytes = new TextEncoder().encode(JSON.stringify(position));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** What a list's cursors hold, so that a forged one is refused and not handed to the database. */
export type CursorShape = {
  sorts: readonly string[];
  value: "text" | "time" | "number" | "float" | "none";
  key: "integer" | "bigint" | "uuid" | "none";
};

const VALUES = {
  text: (value: string) => !value.includes("\0"),
  time: isInstant,
  number: (value: string) => /^-?\d{1,9}(\.\d{1,20})?$/.test(value),
  // As JavaScript writes it, so that it is in the range of a float8.
  float: (value: string) => value !== "NaN" && String(Number(value)) === value,
  none: (value: string) => value === "",
};
const KEYS = {
  integer: /^\d{1,9}$/,
  bigint: /^\d{1,18}$/,
  uuid: /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/,
  none: /^$/,
};

/** Reads a cursor back. Refuses (400) what we did not write or what belongs to a list sorted otherwise. */
export function readCursor(cursor: string | undefined, shape: CursorShape): Position | null {
  if (cursor === undefined) return null;
  const { success, data } = positionSchema.safeParse(decode(cursor));
  if (!success || !VALUES[shape.value](data.value) || !KEYS[shape.key].test(data.key)) {
    throw refuseField("cursor", "must be a next_cursor of this list");
  }
  if (!shape.sorts.includes(data.sort)) throw refuseField("cursor", "belongs to a list with another sort");
  return data;
}

function isInstant(value: string): boolean {
  const at = new Date(value);
  return /^\d{4}-/.test(value) && !Number.isNaN(at.getTime()) && at.toISOString() === value;
}

function decode(cursor: string): unknown {
  try {
    const bytes = Uint8Array.from(atob(cursor.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
}
