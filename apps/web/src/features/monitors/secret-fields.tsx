import type { MonitorView, SecretOutline } from "@pulsecheck/shared/monitor";
import { Plus, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { useFieldArray } from "react-hook-form";
import { Button } from "../../components/ui/button.tsx";
import { Field, InputField, SelectField } from "../../components/ui/field.tsx";
import type { ApiForm } from "../../lib/form.ts";
import type { MonitorFormValues } from "./monitor-form-values.ts";

/** What a button sets is an unsaved change as well. */
const AS_TYPED = { shouldDirty: true };

type Props = { form: ApiForm<MonitorFormValues>; before: MonitorView | null };

/** Name and value a row. Stored values are never shown: one keeps all of them, or gives all of them anew. */
export function HeaderFields({ form, before }: Props) {
  const { fields, append, remove, replace } = useFieldArray({ control: form.control, name: "headers.rows" });
  // What is wrong is told of all of them together, so any change makes it old.
  const forget = () => form.clearErrors("headers");
  const keep = (isKept: boolean) => {
    form.setValue("headers.isKept", isKept, AS_TYPED);
    forget();
  };
  const stored = before?.headers ?? null;
  const start = (names: string[]) => {
    replace(names.map((name) => ({ name, value: "" })));
    keep(false);
  };
  return (
    <Secret
      what="headers"
      stored={stored && Object.keys(stored).join(", ")}
      isKept={form.watch("headers.isKept")}
      onReplace={() => start(Object.keys(stored ?? {}))}
      onRemove={() => start([])}
      onKeep={() => keep(true)}
      error={form.errorOf("headers")}
    >
      {fields.map((field, i) => (
        <div key={field.id} className="grid grid-cols-[1fr_auto] items-end gap-2 sm:grid-cols-[2fr_3fr_auto]">
          <div className="max-sm:col-span-2">
            <InputField
              label={`Name of header ${i + 1}`}
              spellCheck={false}
              {...form.register(`headers.rows.${i}.name`, { onChange: forget })}
            />
          </div>
          <InputField
            label={`Value of header ${i + 1}`}
            spellCheck={false}
            autoComplete="off"
            {...form.register(`headers.rows.${i}.value`, { onChange: forget })}
          />
          <Button
            aria-label={`Remove header ${i + 1}`}
            onClick={() => {
              remove(i);
              forget();
            }}
          >
            <Trash2 aria-hidden className="size-4" />
          </Button>
        </div>
      ))}
      <Button className="justify-self-start" onClick={() => append({ name: "", value: "" })}>
        <Plus aria-hidden className="size-4" />
        Add a header
      </Button>
    </Secret>
  );
}

/** What is sent along, where the method sends anything. */
export function BodyField({ form, before }: Props) {
  const start = () => form.setValue("body", { isKept: false, text: "" }, AS_TYPED);
  return (
    <Secret
      what="body"
      stored={before?.body == null ? null : "A body"}
      isKept={form.watch("body").isKept}
      onReplace={start}
      onRemove={start}
      onKeep={() => form.setValue("body.isKept", true, AS_TYPED)}
    >
      <Field label="Text of the body" error={form.errorOf("body")} hint="Empty: none is sent.">
        {(control) => <textarea {...control} rows={4} spellCheck={false} {...form.register("body.text")} />}
      </Field>
    </Secret>
  );
}

/** How the target knows us. */
export function AuthFields({ form, before }: Props) {
  const stored = before?.auth ?? null;
  const start = (type: string) => {
    const known = type === "basic" || type === "bearer" ? type : "none";
    const auth = { isKept: false, type: known, username: stored?.username ?? "", password: "", token: "" } as const;
    form.setValue("auth", auth, AS_TYPED);
  };
  const { isKept, type } = form.watch("auth");
  return (
    <Secret
      what="login"
      stored={stored && describeLogin(stored)}
      isKept={isKept}
      onReplace={() => start(stored?.type ?? "none")}
      onRemove={() => start("none")}
      onKeep={() => form.setValue("auth.isKept", true, AS_TYPED)}
    >
      <SelectField label="Kind of login" {...form.fieldOf("auth.type")}>
        <option value="none">None</option>
        <option value="basic">Basic: user name and password</option>
        <option value="bearer">Bearer token</option>
      </SelectField>
      {type === "basic" && (
        <div className="grid items-start gap-4 sm:grid-cols-2">
          <InputField label="User name" autoComplete="off" {...form.fieldOf("auth.username")} />
          <SecretInput label="Password" {...form.fieldOf("auth.password")} />
        </div>
      )}
      {type === "bearer" && <SecretInput label="Token" {...form.fieldOf("auth.token")} />}
    </Secret>
  );
}

/** A password manager must not offer the reader's own password here. */
function SecretInput(props: Omit<React.ComponentProps<typeof InputField>, "type">) {
  return <InputField type="password" autoComplete="new-password" {...props} />;
}

function describeLogin({ type, username }: NonNullable<SecretOutline["auth"]>): string {
  return type === "basic" ? `Basic, user ${username ?? ""}` : "A bearer token";
}

type SecretProps = {
  what: string;
  /** What is known of what is stored; null where nothing is. */
  stored: string | null;
  isKept: boolean;
  onReplace(): void;
  onRemove(): void;
  onKeep(): void;
  error?: string | undefined;
  children: ReactNode;
};

/** Something stored that cannot be read back: it stays until it is replaced or removed. */
function Secret({ what, stored, isKept, onReplace, onRemove, onKeep, error, children }: SecretProps) {
  return (
    <fieldset className="grid min-w-0 gap-2">
      <legend className="mb-1 font-medium first-letter:uppercase">{what}</legend>
      {stored !== null && isKept ? (
        <>
          <p className="text-muted">{stored}: stored, and never shown again.</p>
          <div className="flex flex-wrap gap-2">
            <Button onClick={onReplace}>Replace the {what}</Button>
            <Button onClick={onRemove}>Remove the {what}</Button>
          </div>
        </>
      ) : (
        <>
          {children}
          {stored !== null && (
            <Button className="justify-self-start" onClick={onKeep}>
              Keep the stored {what}
            </Button>
          )}
        </>
      )}
      {error !== undefined && (
        <p className="font-medium text-down" role="alert">
          {error}
        </p>
      )}
    </fieldset>
  );
}
