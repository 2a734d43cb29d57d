import { useId, useState } from "react";
import { useController } from "react-hook-form";
import type { ApiForm } from "../../lib/form.ts";
import { arrangeBoard } from "../board/board-search.ts";
import { useBoard } from "../board/board.tsx";
import type { WindowFormValues } from "./window-form-values.ts";

const SHOWN = 50;

/** Monitors to be ticked, first those that are, found by some words of their names or URLs. */
export function MonitorChoice({ form }: { form: ApiForm<WindowFormValues> }) {
  const id = useId();
  const { store } = useBoard();
  const [words, setWords] = useState("");
  const { field } = useController({ control: form.control, name: "monitor_ids" });
  const [first] = useState(field.value);
  const error = form.errorOf("monitor_ids");
  const chosen = new Set(field.value);
  const found = arrangeBoard(store.rows().values(), { q: words, sort: "name" });
  const ids = [...(words === "" ? first : []), ...found.filter((one) => words !== "" || !first.includes(one))];
  const toggle = (one: string) => {
    field.onChange(chosen.has(one) ? field.value.filter((other) => other !== one) : [...field.value, one]);
    // That nothing is covered is said at the tags.
    if (form.formState.isSubmitted) void form.trigger("tags");
  };
  return (
    <fieldset className="grid gap-1" aria-describedby={error === undefined ? undefined : `${id}-error`}>
      <legend className="mb-1 font-medium">Monitors ({chosen.size} chosen)</legend>
      <input
        aria-label="Search monitors"
        placeholder="Search by name or URL"
        autoComplete="off"
        className="min-h-9 w-full rounded-md border border-edge bg-surface px-3 py-1.5 text-base sm:text-sm"
        value={words}
        onChange={(event) => setWords(event.target.value)}
      />
      <ul className="max-h-56 overflow-y-auto rounded-md border border-line">
        {ids.slice(0, SHOWN).map((one) => (
          <li key={one}>
            <label className="flex min-h-9 cursor-pointer items-center gap-2 px-3 hover:bg-sunken">
              <input
                type="checkbox"
                className="size-4 shrink-0 accent-accent"
                checked={chosen.has(one)}
                onChange={() => toggle(one)}
              />
              <span className="truncate">{store.rows().get(one)?.name ?? one}</span>
            </label>
          </li>
        ))}
        {ids.length === 0 && <li className="px-3 py-2 text-muted">No monitor found.</li>}
        {ids.length > SHOWN && <li className="px-3 py-2 text-muted">{ids.length - SHOWN} more: search for them.</li>}
      </ul>
      {error !== undefined && (
        <p id={`${id}-error`} className="font-medium text-down" role="alert">
          {error}
        </p>
      )}
    </fieldset>
  );
}
