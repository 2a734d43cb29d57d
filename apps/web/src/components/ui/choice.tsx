type Props<T extends string> = {
  label: string;
  /** What can be chosen, in its order, and what it is called. */
  words: Readonly<Record<NoInfer<T>, string>>;
  value: T;
  onChange(value: NoInfer<T>): void;
};

/** A few views of the same thing, one of which is shown. */
export function Choice<T extends string>({ label, words, value, onChange }: Props<T>) {
  return (
    <div role="group" aria-label={label} className="flex rounded-md border border-edge/60">
      {(Object.keys(words) as T[]).map((one) => (
        <button
          key={one}
          type="button"
          aria-pressed={value === one}
          onClick={() => onChange(one)}
          className="min-h-8 px-3 text-muted first:rounded-l-md last:rounded-r-md aria-pressed:bg-sunken aria-pressed:font-medium aria-pressed:text-ink"
        >
          {words[one]}
        </button>
      ))}
    </div>
  );
}
