import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useWatch } from "../../app/live.tsx";
import { BoardRow } from "./board-row.tsx";
import { useFreshGlances } from "./glance.ts";

const WIDE = matchMedia("(min-width: 48rem)");
const WIDE_ROW_PX = 64;
const NARROW_ROW_PX = 88;

function useRowHeight(): number {
  return useSyncExternalStore(
    (listener) => {
      WIDE.addEventListener("change", listener);
      return () => WIDE.removeEventListener("change", listener);
    },
    () => (WIDE.matches ? WIDE_ROW_PX : NARROW_ROW_PX),
  );
}

/** Monitors by their ids. Only what is on the screen exists, and only that is asked about. */
export function BoardList({ ids, days }: { ids: readonly string[]; days: 30 | 90 }) {
  const list = useRef<HTMLUListElement>(null);
  const [top, setTop] = useState(0);
  const height = useRowHeight();
  // What stands above the list may change with every rendering of the page.
  useLayoutEffect(() => setTop(list.current?.offsetTop ?? 0), [ids.length]);
  const virtualizer = useWindowVirtualizer({
    count: ids.length,
    estimateSize: () => height,
    overscan: 6,
    scrollMargin: top,
    getItemKey: (index) => ids[index] ?? index,
  });
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, height]);
  const items = virtualizer.getVirtualItems();
  const shown = items.flatMap(({ index }) => ids[index] ?? []).join(",");
  useFreshGlances();
  useWatch(useMemo(() => (shown === "" ? [] : shown.split(",")), [shown]));

  return (
    <ul
      ref={list}
      aria-label="Monitors"
      className="relative overflow-hidden rounded-lg border border-line bg-surface"
      style={{ height: virtualizer.getTotalSize() }}
    >
      {items.map(({ index, key, start, size }) => (
        <li
          key={key}
          aria-setsize={ids.length}
          aria-posinset={index + 1}
          className="absolute inset-x-0 top-0"
          style={{ height: size, transform: `translateY(${start - top}px)` }}
        >
          <BoardRow id={String(key)} days={days} />
        </li>
      ))}
    </ul>
  );
}
