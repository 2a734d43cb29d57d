import { useEffect, useRef, type ReactNode } from "react";
import type { FieldValues } from "react-hook-form";
import type { ApiForm } from "../../lib/form.ts";
import { Button } from "./button.tsx";

type Props<T extends FieldValues> = {
  form: ApiForm<T>;
  send(values: T): Promise<unknown>;
  /** What the button says. */
  submit: string;
  children: ReactNode;
  /** Further buttons. */
  more?: ReactNode;
};

/** A form with its button, and above it what the API said of it as a whole. The focus goes to the first wrong field. */
export function Form<T extends FieldValues>({ form, send, submit, children, more }: Props<T>) {
  const element = useRef<HTMLFormElement>(null);
  const { errors, submitCount } = form.formState;
  const { root } = errors;
  useEffect(() => {
    if (submitCount > 0)
      element.current?.querySelector<HTMLElement>("[aria-invalid=true], [data-invalid=true]")?.focus();
  }, [submitCount]);
  return (
    <form ref={element} className="grid gap-4" noValidate onSubmit={form.sendWith(send)}>
      {children}
      {root?.message !== undefined && (
        <p role="alert" className="rounded-md border border-down/50 bg-down-soft p-3">
          {root.message}
        </p>
      )}
      <div className="flex flex-wrap items-center gap-2">
        <Button look="primary" type="submit" isBusy={form.formState.isSubmitting}>
          {submit}
        </Button>
        {more}
      </div>
    </form>
  );
}
