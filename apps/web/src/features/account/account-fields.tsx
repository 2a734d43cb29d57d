import type { ComponentProps } from "react";
import { InputField } from "../../components/ui/field.tsx";

type FieldProps = Omit<ComponentProps<typeof InputField>, "label" | "type" | "autoComplete">;

export function EmailField(field: FieldProps) {
  return <InputField label="E-mail address" type="email" autoComplete="username" {...field} />;
}

/** The password that somebody has. */
export function PasswordField({ label = "Password", ...field }: FieldProps & { label?: string }) {
  return <InputField label={label} type="password" autoComplete="current-password" {...field} />;
}

/** A password that somebody chooses. */
export function NewPasswordField({ label = "New password", ...field }: FieldProps & { label?: string }) {
  return (
    <InputField
      label={label}
      type="password"
      autoComplete="new-password"
      hint="At least 8 characters. Long is better than complicated."
      {...field}
    />
  );
}

export function NameFields({ first, last }: { first: FieldProps; last: FieldProps }) {
  return (
    <div className="grid grid-cols-2 gap-3">
      <InputField label="First name" autoComplete="given-name" {...first} />
      <InputField label="Last name" autoComplete="family-name" {...last} />
    </div>
  );
}
