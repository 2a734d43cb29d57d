import { mayHaveBody, METHODS, monitorCreateSchema, type MonitorView } from "@pulsecheck/shared/monitor";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState, type ReactNode } from "react";
import {
  CheckboxField,
  InputField,
  NumberField,
  SelectField,
  TagsField,
  TextareaField,
} from "../../components/ui/field.tsx";
import { Form } from "../../components/ui/form.tsx";
import { LeaveGuard } from "../../components/ui/leave-guard.tsx";
import { useApiForm, type ApiForm } from "../../lib/form.ts";
import { Part } from "./form-part.tsx";
import { completeUrl, nameOf } from "./pasted-url.ts";
import { describeRules, intervalRulesQuery, UNKNOWN_RULES } from "./interval-rules.ts";
import { monitorFormSchema } from "./monitor-form-schema.ts";
import { valuesOf, type MonitorFormValues } from "./monitor-form-values.ts";
import { AuthFields, BodyField, HeaderFields } from "./secret-fields.tsx";

type Props = {
  /** Null for a new one. */
  before: MonitorView | null;
  submit: string;
  send(values: MonitorFormValues): Promise<unknown>;
  more?: ReactNode;
};

const USUAL = {
  ...monitorCreateSchema(UNKNOWN_RULES).parse({ url: "https://example.com", name: "-" }),
  url: "",
  name: "",
};

/** All of a monitor's settings. For a new one the URL is enough, and the rest waits out of sight. */
export function MonitorForm({ before, submit, send, more }: Props) {
  const { data: rules } = useQuery(intervalRulesQuery);
  const isNew = before === null;
  const schema = useMemo(() => monitorFormSchema(rules ?? UNKNOWN_RULES, isNew), [rules, isNew]);
  // What the instance assumes is not known yet: an empty interval means it.
  const form = useApiForm(schema, before ? valuesOf(before) : { ...valuesOf(USUAL), interval: "" });
  const [isOpen, setOpen] = useState(!isNew);
  const hasHiddenError = Object.keys(form.formState.errors).some((field) => field !== "url" && field !== "root");
  return (
    <Form form={form} submit={submit} send={send} more={more}>
      <LeaveGuard isDirty={form.formState.isDirty} />
      <InputField
        label="URL"
        type="url"
        inputMode="url"
        placeholder="https://example.com"
        autoComplete="url"
        spellCheck={false}
        autoFocus={isNew}
        {...form.fieldOf("url")}
      />
      <details open={isOpen || hasHiddenError} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary className="w-fit cursor-pointer font-medium text-accent">More options</summary>
        <div className="mt-4 grid gap-6">
          <AboutFields form={form} />
          <TimingFields form={form} usual={rules?.defaultIntervalS} hint={describeRules(rules)} before={before} />
          <RequestFields form={form} before={before} />
          <AnswerFields form={form} />
        </div>
      </details>
    </Form>
  );
}

type PartProps = { form: ApiForm<MonitorFormValues> };

function AboutFields({ form }: PartProps) {
  return (
    <Part title="For you">
      <InputField
        label="Name"
        placeholder={nameOf(completeUrl(form.watch("url")))}
        hint="Empty: it is called by its URL."
        autoComplete="off"
        {...form.fieldOf("name")}
      />
      <TagsField placeholder="prod, payments" {...form.fieldOf("tags")} />
      <TextareaField
        label="Notes"
        hint="For whoever is woken up: where to look, whom to call."
        {...form.fieldOf("notes")}
      />
    </Part>
  );
}

type TimingProps = PartProps & { usual: number | undefined; hint: string; before: MonitorView | null };

function TimingFields({ form, usual, hint, before }: TimingProps) {
  return (
    <Part title="When">
      <div className="grid items-start gap-4 sm:grid-cols-3">
        <NumberField
          label="Interval (s)"
          placeholder={String(before?.interval ?? usual ?? "")}
          hint={hint}
          {...form.fieldOf("interval")}
        />
        <NumberField
          label="Time limit (ms)"
          hint="Of the whole check, redirects included."
          {...form.fieldOf("timeout_ms")}
        />
        <NumberField
          label="Failures until it is down"
          hint="In a row; a failed check is repeated within seconds."
          {...form.fieldOf("failure_threshold")}
        />
      </div>
      <CheckboxField
        label="Alert on an unusual latency"
        hint="A good answer that takes far longer than others opens an incident."
        {...form.register("alerts_on_anomaly")}
      />
    </Part>
  );
}

function RequestFields({ form, before }: PartProps & { before: MonitorView | null }) {
  return (
    <Part title="What is asked">
      <SelectField label="Method" {...form.fieldOf("method")}>
        {METHODS.map((method) => (
          <option key={method}>{method}</option>
        ))}
      </SelectField>
      <HeaderFields form={form} before={before} />
      {mayHaveBody(form.watch("method")) && <BodyField form={form} before={before} />}
      <AuthFields form={form} before={before} />
    </Part>
  );
}

function AnswerFields({ form }: PartProps) {
  return (
    <Part title="What is expected">
      <InputField label="Status" hint="Codes and ranges, such as 204, 200-299." {...form.fieldOf("expected_status")} />
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <InputField label="Text that must be there" autoComplete="off" {...form.fieldOf("keyword")} />
        <InputField label="Text that must not be there" autoComplete="off" {...form.fieldOf("keyword_absent")} />
      </div>
      <CheckboxField label="Follow redirects" {...form.register("follow_redirects")} />
      {form.watch("follow_redirects") && <NumberField label="Redirects at most" {...form.fieldOf("max_redirects")} />}
      <CheckboxField
        label="Verify the certificate"
        hint="Off: a self-signed or expired one is fine."
        {...form.register("verify_tls")}
      />
    </Part>
  );
}
