import type { StatusPageView } from "@pulsecheck/shared/status-page";
import { useState } from "react";
import { useController } from "react-hook-form";
import { CheckboxField, InputField, TextareaField } from "../../components/ui/field.tsx";
import { Form } from "../../components/ui/form.tsx";
import { LeaveGuard } from "../../components/ui/leave-guard.tsx";
import { Card } from "../../components/ui/page.tsx";
import { useApiForm, type ApiForm } from "../../lib/form.ts";
import { ArrangementCard } from "./arrangement-card.tsx";
import { draftSchema, suggestSlug, type Draft } from "./draft.ts";
import { PasswordField } from "./password-field.tsx";
import { publicAddress } from "./status-page-queries.ts";

type Props = {
  draft: Draft;
  /** As it is stored, if it is. */
  page?: StatusPageView;
  submit: string;
  /** Returns what to go on with, where one stays. */
  send(draft: Draft): Promise<Draft | void>;
};

/** A status page, as it is written. */
export function StatusPageForm({ draft, page, submit, send }: Props) {
  const form = useApiForm(draftSchema, draft);
  const { field } = useController({ control: form.control, name: "groups" });
  const { errors, isDirty } = form.formState;
  const sendAndGoOn = async (written: Draft) => {
    const saved = await send(written);
    if (saved !== undefined) form.reset(saved);
  };
  return (
    <>
      <LeaveGuard isDirty={isDirty} />
      <Form form={form} submit={submit} send={sendAndGoOn}>
        <Card title="The page">
          <Address form={form} page={page} />
          <Description form={form} />
          <CheckboxField
            label="Published"
            hint="Only a published page can be seen. A draft stays within the workspace."
            {...form.register("is_published")}
          />
          <Password form={form} hasPassword={page?.has_password ?? false} />
        </Card>
        <ArrangementCard
          groups={field.value}
          onChange={field.onChange}
          // Without a message of its own it would say that of one of its fields once more.
          error={errors.groups?.message === undefined ? undefined : form.errorOf("groups")}
          errorOf={form.errorOf}
          page={page}
        />
      </Form>
    </>
  );
}

type PartProps = { form: ApiForm<Draft> };

/** Title and slug: the title suggests the slug until somebody writes one. */
function Address({ form, page }: PartProps & { page: StatusPageView | undefined }) {
  const [isSlugOwn, setSlugOwn] = useState(page !== undefined);
  const slug = form.watch("slug");
  const isMoving = page?.is_published === true && slug !== page.slug;
  const suggest = (title: string) =>
    form.setValue("slug", suggestSlug(title), { shouldValidate: form.formState.isSubmitted });
  return (
    <>
      <InputField
        label="Title"
        autoComplete="off"
        autoFocus={page === undefined}
        {...form.register("title", { onChange: ({ target }) => !isSlugOwn && suggest(target.value) })}
        error={form.errorOf("title")}
      />
      <InputField
        label="Slug"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        hint={
          <>
            The address: <span className="font-mono">{publicAddress(slug === "" ? "…" : slug)}</span>
            {isMoving && ". Links, feeds and badges of the address that it had will no longer work."}
          </>
        }
        {...form.register("slug", { onChange: ({ target }) => setSlugOwn(target.value !== "") })}
        error={form.errorOf("slug")}
      />
    </>
  );
}

function Description({ form }: PartProps) {
  return (
    <TextareaField label="Description" hint="Optional. Plain text, below the title." {...form.fieldOf("description")} />
  );
}

function Password({ form, hasPassword }: PartProps & { hasPassword: boolean }) {
  const { field } = useController({ control: form.control, name: "password" });
  return (
    <PasswordField
      value={field.value}
      onChange={field.onChange}
      hasPassword={hasPassword}
      error={form.errorOf("password")}
    />
  );
}
