type Props<Value extends string> = {
  label: string;
  value: Value;
  /** Values with what is shown for them, in the order of the menu. */
  options: readonly (readonly [Value, string])[];
  onChange(value: Value): void;
};

/** One of several, beside others in a toolbar. */
export function Menu<Value extends string>({ label, value, options, onChange }: Props<Value>) {
  return (
    <select
      aria-label={label}
      className="min-h-9 max-w-44 text-ellipsis rounded-md max-sm:min-w-32 max-sm:flex-1 border border-edge bg-surface px-2 py-1.5"
      value={value}
      onChange={({ target }) => onChange(target.value as Value)}
    >
      {options.map(([one, word]) => (
        <option key={one} value={one}>
          {word}
        </option>
      ))}
    </select>
  );
}
