import type { ComponentProps } from "react";

type Props<Option extends string> = {
  legend: string;
  options: Record<Option, string>;
  /** The one that is chosen, where no form keeps it. */
  current?: Option;
} & Omit<ComponentProps<"input">, "type" | "value" | "checked">;

/** One of a few, side by side. */
export function RadioRow<Option extends string>({ legend, options, current, ...input }: Props<Option>) {
  return (
    <fieldset className="grid justify-items-start gap-1">
      <legend className="mb-1 font-medium">{legend}</legend>
      <div className="inline-flex flex-wrap rounded-md border border-edge/60">
        {Object.entries<string>(options).map(([option, label]) => (
          <label
            key={option}
            className="flex min-h-9 cursor-pointer items-center gap-2 px-3 first:rounded-l-md last:rounded-r-md has-checked:bg-sunken has-checked:font-medium has-focus-visible:outline-2 has-focus-visible:outline-accent"
          >
            <input
              type="radio"
              className="size-4 accent-accent"
              value={option}
              {...(current === undefined ? {} : { checked: current === option })}
              {...input}
            />
            {label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
