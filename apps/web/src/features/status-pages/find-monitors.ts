import type { MonitorOnBoard } from "@pulsecheck/shared/board";
import { arrangeBoard } from "../board/board-search.ts";
import { listPlaced } from "./arrangement.ts";
import type { Groups } from "./draft.ts";

/** The best matches, and how many more there are. */
export type Found = { best: readonly MonitorOnBoard[]; more: number };

const MOST = 20;
export const NONE_FOUND: Found = { best: [], more: 0 };

/** Monitors with these words in their name or URL that are not on the page; first those whose name begins so. */
export function findMonitors(rows: ReadonlyMap<string, MonitorOnBoard>, words: string, groups: Groups): Found {
  const placed = listPlaced(groups);
  const all = arrangeBoard(rows.values(), { q: words, sort: "name" }).flatMap((id) => {
    const row = rows.get(id);
    return row === undefined || placed.has(id) ? [] : [row];
  });
  const start = words.trim().toLowerCase();
  const isFirst = ({ name }: MonitorOnBoard) => name.toLowerCase().startsWith(start);
  const best = [...all.filter(isFirst), ...all.filter((row) => !isFirst(row))].slice(0, MOST);
  return { best, more: all.length - best.length };
}
