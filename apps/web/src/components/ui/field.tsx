import { useId, type ComponentProps, type ReactNode } from "react";

const CONTROL =
  "w-full rounded-md border border-edge bg-surface px-3 py-1.5 text-base sm:text-sm aria-invalid:border-down min-h-9";

type FieldProps = {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  /** Draws the control with what ties it to its label, hint and error. */
  children: (control: {
    id: string;
    className: string;
    "aria-invalid": boolean;
    "aria-describedby": string | undefined;
  }) => ReactNode;
};

/** A labelled control with its hint and its error, tied together for those who cannot see it. */
export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId();
  const told = [hint === undefined ? null : `${id}-hint`, error === undefined ? null : `${id}-error`];
  const describedBy = told.filter((one) => one !== null).join(" ");
  return (
    <div className="grid gap-1">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      {children({
        id,
        className: CONTROL,
        "aria-invalid": error !== undefined,
        "aria-describedby": describedBy === "" ? undefined : describedBy,
      })}
      {hint !== undefined && (
        <p id={`${id}-hint`} className="text-muted">
          {hint}
        </p>
      )}
      {error !== undefined && (
        <p id={`${id}-error`} className="font-medium text-down" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

type InputFieldProps = Omit<FieldProps, "children"> & ComponentProps<"input">;

export function InputField({ label, hint, error, ...input }: InputFieldProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => <input {...control} {...input} />}
    </Field>
  );
}

/** A whole number, for which a phone shows its digits. */
export function NumberField(field: InputFieldProps) {
  return <InputField inputMode="numeric" {...field} />;
}

/** What `readTags` takes apart. */
export function TagsField(field: Omit<InputFieldProps, "label">) {
  return <InputField label="Tags" hint="With commas between them." autoComplete="off" {...field} />;
}

type TextareaFieldProps = Omit<FieldProps, "children"> & ComponentProps<"textarea">;

/** A text of several lines. */
export function TextareaField({ label, hint, error, ...textarea }: TextareaFieldProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => <textarea {...control} rows={3} {...textarea} />}
    </Field>
  );
}

type SelectFieldProps = Omit<FieldProps, "children"> & ComponentProps<"select">;

export function SelectField({ label, hint, error, ...select }: SelectFieldProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => <select {...control} {...select} />}
    </Field>
  );
}

type CheckboxFieldProps = { label: string; hint?: ReactNode } & Omit<ComponentProps<"input">, "type">;

export function CheckboxField({ label, hint, ...input }: CheckboxFieldProps) {
  const id = useId();
  return (
    <div className="flex items-start gap-2">
      <input id={id} type="checkbox" className="mt-0.5 size-4 accent-accent" {...input} />
      <div>
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        {hint !== undefined && <p className="text-muted">{hint}</p>}
      </div>
    </div>
  );
}
