import type { MonitorOnBoard } from "@pulsecheck/shared/board";
import { describeWatched } from "../monitors/kind-words.ts";
import type { Found } from "./find-monitors.ts";

type Props = {
  /** Of the box that it belongs to. */
  id: string;
  label: string;
  isOpen: boolean;
  isLoading: boolean;
  matches: Found;
  /** Where the arrows stand. */
  current: number;
  onPick(monitor: MonitorOnBoard): void;
};

/** What a picker has found, below it. */
export function MonitorOptions({ id, label, isOpen, isLoading, matches: { best, more }, current, onPick }: Props) {
  return (
    <div
      hidden={!isOpen}
      className="absolute inset-x-0 top-full z-20 mt-1 rounded-md border border-edge bg-surface shadow-xl"
    >
      <div id={`${id}-list`} role="listbox" aria-label={label} className="max-h-80 overflow-y-auto">
        {best.map((monitor, index) => (
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the keys are those of the box
          <div
            key={monitor.id}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === current}
            className="cursor-pointer px-3 py-2 hover:bg-sunken aria-selected:bg-sunken aria-selected:outline-2 aria-selected:-outline-offset-2 aria-selected:outline-accent"
            // The focus stays in the box.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onPick(monitor)}
          >
            <p className="font-medium">{monitor.name}</p>
            <p className="truncate text-xs text-muted">{describeWatched(monitor)}</p>
          </div>
        ))}
      </div>
      <p role="status" className="p-3 text-muted">
        {isOpen && describe(best.length, more, isLoading)}
      </p>
    </div>
  );
}

function describe(count: number, more: number, isLoading: boolean): string {
  if (more > 0) return `${more} more: type to find them.`;
  if (isLoading) return "Loading monitors …";
  if (count === 0) return "No further monitor is like that.";
  return count === 1 ? "1 monitor" : `${count} monitors`;
}
