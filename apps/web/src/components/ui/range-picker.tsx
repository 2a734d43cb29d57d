import { daysOf, type Days } from "../../lib/days.ts";
import { Menu } from "./menu.tsx";

type Props<Preset extends string> = {
  preset: Preset;
  presets: readonly (readonly [Preset, string])[];
  /** The days that are chosen in place of a preset. */
  days: Days | undefined;
  /** What is shown now: what one's own days begin as. */
  spanAt(now: number): { from: string; to: string };
  onChange(next: { range: Preset } | Days): void;
};

/** One of a few ranges, or whole days of one's own, in UTC as all figures are. */
export function RangePicker<Preset extends string>({ preset, presets, days, spanAt, onChange }: Props<Preset>) {
  const options = [...presets, ["own", "Own dates (UTC)"] as const];
  return (
    <>
      <Menu<Preset | "own">
        label="Range"
        value={days === undefined ? preset : "own"}
        options={options}
        onChange={(range) => onChange(range === "own" ? daysOf(spanAt(Date.now())) : { range })}
      />
      {days !== undefined && (
        <>
          <DayField
            label="From"
            value={days.from}
            onChange={(from) => onChange({ from, to: from > days.to ? from : days.to })}
          />
          <DayField
            label="Until"
            value={days.to}
            onChange={(to) => onChange({ from: to < days.from ? to : days.from, to })}
          />
        </>
      )}
    </>
  );
}

type DayProps = { label: string; value: string; onChange(day: string): void };

function DayField({ label, value, onChange }: DayProps) {
  return (
    <label className="flex items-center gap-1.5 text-muted">
      {label}
      <input
        type="date"
        min="2000-01-01"
        max="2099-12-31"
        // What is being typed is the field's own until it is a day.
        key={value}
        defaultValue={value}
        className="min-h-9 rounded-md border border-edge bg-surface px-2 py-1.5 text-ink"
        onBlur={({ target }) => {
          if (target.value !== "" && target.value !== value && target.validity.valid) onChange(target.value);
        }}
        onKeyDown={({ key, currentTarget }) => key === "Enter" && currentTarget.blur()}
      />
    </label>
  );
}
