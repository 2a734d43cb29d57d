import { Combobox } from "@base-ui/react/combobox";
import type { MonitorOnBoard } from "@pulsecheck/shared/board";
import { useId, useMemo, useState } from "react";
import { arrangeBoard } from "../board/board-search.ts";
import { useBoard } from "../board/board.tsx";
import { listPlaced } from "./arrangement.ts";
import type { Groups } from "./draft.ts";

const BEST = 20;

type Props = {
  label: string;
  part: string;
  groups: Groups;
  onPick(monitor: MonitorOnBoard): void;
};

/** Finds a monitor that is not on the page yet by some words of its name or URL. */
export function MonitorPicker({ label, part, groups, onPick }: Props) {
  const id = useId();
  const [words, setWords] = useState("");
  const { items, left } = useMatches(words, groups);
  return (
    <Combobox.Root
      items={items}
      filter={null}
      itemToStringLabel={({ name }: MonitorOnBoard) => name}
      autoHighlight
      value={null}
      onValueChange={(picked: MonitorOnBoard | null) => {
        if (picked !== null) onPick(picked);
      }}
      inputValue={words}
      onInputValueChange={(typed, { reason }) => setWords(reason === "input-change" ? typed : "")}
    >
      <div className="grid gap-1">
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        <Combobox.Input
          id={id}
          data-part={part}
          placeholder="Search by name or URL"
          className="min-h-9 w-full rounded-md border border-edge bg-surface px-3 py-1.5 text-base sm:text-sm"
          // It must not send the form that it stands in.
          onKeyDown={(event) => event.key === "Enter" && event.preventDefault()}
        />
      </div>
      <Matches left={left} />
    </Combobox.Root>
  );
}

function Matches({ left }: { left: number }) {
  return (
    <Combobox.Portal>
      <Combobox.Positioner sideOffset={4} className="z-40">
        <Combobox.Popup className="max-h-[min(22rem,var(--available-height))] w-(--anchor-width) overflow-y-auto rounded-md border border-edge bg-surface shadow-xl">
          <Combobox.Empty>
            <p className="p-3 text-muted">No further monitor is like that.</p>
          </Combobox.Empty>
          <Combobox.List>
            {(monitor: MonitorOnBoard) => (
              <Combobox.Item
                key={monitor.id}
                value={monitor}
                className="cursor-pointer px-3 py-2 data-highlighted:bg-sunken"
              >
                <p className="font-medium">{monitor.name}</p>
                <p className="truncate text-xs text-muted">{monitor.url}</p>
              </Combobox.Item>
            )}
          </Combobox.List>
          <Combobox.Status>
            {left > 0 && <p className="border-t border-line p-3 text-muted">{`${left} more: type to find them.`}</p>}
          </Combobox.Status>
        </Combobox.Popup>
      </Combobox.Positioner>
    </Combobox.Portal>
  );
}

/** The best matches that are not on the page, those whose name begins so first, and how many are left out. */
function useMatches(words: string, groups: Groups) {
  const { store, version } = useBoard();
  return useMemo(() => {
    const placed = listPlaced(groups);
    const rows = store.rows();
    const found = arrangeBoard(rows.values(), { q: words, sort: "name" }).flatMap((id) => {
      const row = rows.get(id);
      return row === undefined || placed.has(id) ? [] : [row];
    });
    const start = words.trim().toLowerCase();
    const isFirst = ({ name }: MonitorOnBoard) => name.toLowerCase().startsWith(start);
    const best = [...found.filter(isFirst), ...found.filter((row) => !isFirst(row))];
    return { items: best.slice(0, BEST), left: Math.max(0, best.length - BEST) };
    // oxlint-disable-next-line react/exhaustive-deps -- the rows are the same map; its version tells of a change
  }, [store, version, words, groups]);
}
