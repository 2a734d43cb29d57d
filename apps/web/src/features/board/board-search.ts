import type { MonitorOnBoard } from "@pulsecheck/shared/board";
import { describeWatched } from "../monitors/kind-words.ts";

export const BOARD_FILTERS = ["DOWN", "UP", "UNKNOWN", "PAUSED"] as const;
export type BoardFilter = (typeof BOARD_FILTERS)[number];
export const BOARD_SORTS = ["attention", "name", "slowest", "checked"] as const;
export type BoardSort = (typeof BOARD_SORTS)[number];

/** What of the board is shown, and how: it stands in the address, so that it can be kept and sent. */
export type BoardSearch = { q?: string; status?: BoardFilter; tag?: string; sort?: BoardSort; days?: 90 };

/** Reads an address's search, dropping what it cannot hold. */
export function boardSearch(search: Record<string, unknown>): BoardSearch {
  const { q, status, tag, sort, days } = search;
  return {
    // A query such as ?q=443 is read as a number.
    ...(typeof q === "string" || typeof q === "number" ? { q: String(q) } : {}),
    ...(BOARD_FILTERS.includes(status as BoardFilter) ? { status: status as BoardFilter } : {}),
    ...(typeof tag === "string" || typeof tag === "number" ? { tag: String(tag) } : {}),
    ...(BOARD_SORTS.includes(sort as BoardSort) ? { sort: sort as BoardSort } : {}),
    ...(days === 90 ? { days } : {}),
  };
}

/** A paused monitor counts as paused only. */
export function filterOf(row: Pick<MonitorOnBoard, "status" | "is_active">): BoardFilter {
  return row.is_active ? row.status : "PAUSED";
}

const ATTENTION: Record<BoardFilter, number> = { DOWN: 0, UNKNOWN: 1, UP: 2, PAUSED: 3 };
const NAMES = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

type Order = (a: MonitorOnBoard, b: MonitorOnBoard) => number;
const byName: Order = (a, b) => NAMES.compare(a.name, b.name) || (a.id < b.id ? -1 : 1);
const ORDERS: Record<BoardSort, Order> = {
  attention: (a, b) => ATTENTION[filterOf(a)] - ATTENTION[filterOf(b)] || byName(a, b),
  name: byName,
  slowest: (a, b) => (b.last_latency_ms ?? -1) - (a.last_latency_ms ?? -1) || byName(a, b),
  checked: (a, b) => (b.last_checked_at ?? "").localeCompare(a.last_checked_at ?? "") || byName(a, b),
};

/** The ids of the rows to show, in their order: what is down first, unless told otherwise. */
export function arrangeBoard(rows: Iterable<MonitorOnBoard>, search: BoardSearch): string[] {
  const words = (search.q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  return [...rows]
    .filter((row) => {
      if (search.status !== undefined && filterOf(row) !== search.status) return false;
      if (search.tag !== undefined && !row.tags.includes(search.tag)) return false;
      if (words.length === 0) return true;
      const text = `${row.name} ${describeWatched(row)}`.toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .sort(ORDERS[search.sort ?? "attention"])
    .map((row) => row.id);
}

export type BoardCounts = Record<BoardFilter, number> & { ALL: number };

export function countBoard(rows: Iterable<MonitorOnBoard>): BoardCounts {
  const counts: BoardCounts = { ALL: 0, UP: 0, DOWN: 0, UNKNOWN: 0, PAUSED: 0 };
  for (const row of rows) {
    counts.ALL += 1;
    counts[filterOf(row)] += 1;
  }
  return counts;
}

/** Every tag in use, in the order of the alphabet. */
export function listTags(rows: Iterable<MonitorOnBoard>): string[] {
  return [...new Set([...rows].flatMap(({ tags }) => tags))].sort(NAMES.compare);
}
