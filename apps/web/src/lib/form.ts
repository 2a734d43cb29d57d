import { zodResolver } from "@hookform/resolvers/zod";
import {
  useForm,
  type DefaultValues,
  type FieldValues,
  type Path,
  type Resolver,
  type UseFormRegisterReturn,
  type UseFormReturn,
} from "react-hook-form";
import type { z } from "zod";
import { ApiError } from "./api.ts";
import { capitalise } from "./format.ts";
import { messageFor } from "./problem-of.ts";

/** A form that is judged by a schema of packages/shared before it is sent, and shows what the API says of it after. */
export type ApiForm<T extends FieldValues> = UseFormReturn<T> & {
  /** For a form's onSubmit: what the API refuses is shown at its fields, or in `errors.root`. */
  sendWith(send: (values: T) => Promise<unknown>): (event: React.FormEvent) => void;
  /** What a field of `components/ui/field.tsx` needs. */
  fieldOf(field: Path<T>): UseFormRegisterReturn<Path<T>> & { error: string | undefined };
  /** What to say below a field, with a capital letter. */
  errorOf(field: Path<T>): string | undefined;
};

export function useApiForm<T extends FieldValues>(
  schema: z.ZodType<unknown, T>,
  defaultValues: DefaultValues<T>,
): ApiForm<T> {
  const form = useForm<T>({ resolver: zodResolver(schema as never) as unknown as Resolver<T>, defaultValues });
  const show = (error: unknown, values: T) => {
    if (!(error instanceof Error)) throw error;
    const known =
      error instanceof ApiError ? error.errors.filter(({ field }) => (field.split(".")[0] as string) in values) : [];
    for (const { field } of known) form.setError(field as Path<T>, { message: messageFor(error, field) });
    if (known.length === 0) form.setError("root", { message: error.message });
  };
  const errorOf = (field: Path<T>) => {
    const message = findMessage(form.getFieldState(field, form.formState).error);
    return message === undefined ? undefined : capitalise(message);
  };
  return {
    ...form,
    sendWith: (send) => (event) =>
      void form.handleSubmit((values) =>
        send(values).then(
          () => undefined,
          (error: unknown) => show(error, values),
        ),
      )(event),
    fieldOf: (field) => ({ ...form.register(field), error: errorOf(field) }),
    errorOf,
  };
}

/** Of a list or record the API may refuse one entry only: what it said is the message of the whole field. */
function findMessage(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || error instanceof Element) return undefined;
  if ("message" in error && typeof error.message === "string") return error.message;
  return Object.values(error)
    .map(findMessage)
    .find((message) => message !== undefined);
}
