import type { UseFormRegisterReturn } from "react-hook-form";
import { Field } from "../../components/ui/field.tsx";
import { SPAN_UNITS } from "./span-of-time.ts";

type Props = {
  label: string;
  hint?: string;
  error: string | undefined;
  count: UseFormRegisterReturn;
  unit: UseFormRegisterReturn;
};

/** A number and its unit. */
export function SpanField({ label, hint, error, count, unit }: Props) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <div className="grid max-w-72 grid-cols-[1fr_auto] gap-2">
          <input {...control} inputMode="decimal" autoComplete="off" {...count} />
          <select aria-label={`${label}: unit`} className={control.className} {...unit}>
            {SPAN_UNITS.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </div>
      )}
    </Field>
  );
}
