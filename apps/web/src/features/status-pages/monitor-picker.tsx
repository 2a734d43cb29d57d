import type { MonitorOnBoard } from "@pulsecheck/shared/board";
import { useEffect, useId, useState, type KeyboardEvent } from "react";
import { useBoard } from "../board/board.tsx";
import type { Groups } from "./draft.ts";
import { MonitorOptions } from "./monitor-options.tsx";
import { findMonitors, NONE_FOUND } from "./find-monitors.ts";

type Props = {
  label: string;
  /** Names it among the parts that may get the focus. */
  part: string;
  groups: Groups;
  onPick(monitor: MonitorOnBoard): void;
};

/**
 * Finds a monitor that is not on the page yet by some words of its name or URL.
 * Our own after the pattern of the ARIA guide: Base UI's hides the rest of the page, with what can be focused in it.
 */
export function MonitorPicker({ label, part, groups, onPick }: Props) {
  const id = useId();
  const { load } = useBoard();
  const { words, isOpen, matches, current, open, close, search, pick, press } = useSearch(groups, onPick);
  useEffect(() => {
    document.getElementById(`${id}-${current}`)?.scrollIntoView({ block: "nearest" });
  }, [id, current]);
  return (
    <div className="relative grid gap-1">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      <input
        id={id}
        data-part={part}
        role="combobox"
        aria-expanded={isOpen}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={current >= 0 ? `${id}-${current}` : undefined}
        autoComplete="off"
        spellCheck={false}
        placeholder="Search by name or URL"
        className="min-h-9 w-full rounded-md border border-edge bg-surface px-3 py-1.5 text-base sm:text-sm"
        value={words}
        onChange={(event) => search(event.target.value)}
        onClick={open}
        onBlur={close}
        onKeyDown={press}
      />
      <MonitorOptions {...{ id, label, isOpen, matches, current }} isLoading={load.state === "loading"} onPick={pick} />
    </div>
  );
}

/** What is searched for and found, and where the arrows stand: -1 where there is nothing. */
function useSearch(groups: Groups, onPick: Props["onPick"]) {
  const [words, setWords] = useState("");
  const [isOpen, setOpen] = useState(false);
  const [marked, setMarked] = useState(0);
  const { store } = useBoard();
  const matches = isOpen ? findMonitors(store.rows(), words, groups) : NONE_FOUND;
  const last = matches.best.length - 1;
  const current = Math.min(marked, last);
  const open = () => setOpen(true);
  const search = (typed: string) => {
    setWords(typed);
    setMarked(0);
    open();
  };
  const close = () => {
    search("");
    setOpen(false);
  };
  const pick = (monitor: MonitorOnBoard | undefined) => {
    if (monitor === undefined) return;
    close();
    onPick(monitor);
  };
  const keys: Record<string, () => void> = {
    ArrowDown: () => (isOpen ? setMarked(Math.min(last, current + 1)) : open()),
    ArrowUp: () => setMarked(Math.max(0, current - 1)),
    // It must not send the form that it stands in.
    Enter: () => pick(matches.best[current]),
    Escape: close,
  };
  const press = (event: KeyboardEvent) => {
    const act = keys[event.key];
    if (act === undefined || event.nativeEvent.isComposing) return;
    event.preventDefault();
    act();
  };
  return { words, isOpen, matches, current, open, close, search, pick, press };
}
