import type { MonitorView } from "@pulsecheck/shared/monitor";
import { useQuery } from "@tanstack/react-query";
import { useId, useMemo, type ReactNode } from "react";
import { CheckboxField, InputField, TagsField, TextareaField } from "../../components/ui/field.tsx";
import { Form } from "../../components/ui/form.tsx";
import { LeaveGuard } from "../../components/ui/leave-guard.tsx";
import { RadioRow } from "../../components/ui/radio-row.tsx";
import { useApiForm, type ApiForm } from "../../lib/form.ts";
import { cronFormSchema } from "./cron-form-schema.ts";
import { cronValuesOf, newCronValues, type CronFormValues } from "./cron-form-values.ts";
import { Part } from "./form-part.tsx";
import { intervalRulesQuery, UNKNOWN_RULES } from "./interval-rules.ts";
import { SchedulePreview } from "./schedule-preview.tsx";
import { SpanField } from "./span-field.tsx";

type Props = {
  /** Null for a new one. */
  before: MonitorView | null;
  submit: string;
  send(values: CronFormValues): Promise<unknown>;
  more?: ReactNode;
};

const OWN_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** All settings of a cron monitor. For a new one a name is enough. */
export function CronForm({ before, submit, send, more }: Props) {
  const { data: rules = UNKNOWN_RULES } = useQuery(intervalRulesQuery);
  const schema = useMemo(() => cronFormSchema(rules), [rules]);
  const form = useApiForm(schema, before ? cronValuesOf(before) : newCronValues(OWN_ZONE));
  return (
    <Form form={form} submit={submit} send={send} more={more}>
      <LeaveGuard isDirty={form.formState.isDirty} />
      <InputField
        label="Name"
        placeholder="Nightly backup"
        autoComplete="off"
        autoFocus={before === null}
        {...form.fieldOf("name")}
      />
      <PlanFields form={form} />
      <LimitFields form={form} />
      <AboutFields form={form} isNew={before === null} />
    </Form>
  );
}

type PartProps = { form: ApiForm<CronFormValues> };
type SpanName = "interval" | "grace_s" | "longest_run_s";

function spanProps({ register, errorOf }: ApiForm<CronFormValues>, name: SpanName) {
  return {
    error: errorOf(name),
    count: register(`${name}.count`),
    unit: register(`${name}.unit`, { deps: [`${name}.count`] }),
  };
}

function PlanFields({ form }: PartProps) {
  return (
    <Part title="When it runs">
      <RadioRow
        legend="Its plan is a"
        options={{ period: "Period", schedule: "Cron expression" }}
        {...form.register("plan")}
      />
      {form.watch("plan") === "period" ? (
        <SpanField
          label="Every"
          hint="From one ping to the next, whatever the time of day."
          {...spanProps(form, "interval")}
        />
      ) : (
        <ScheduleFields form={form} />
      )}
    </Part>
  );
}

function ScheduleFields({ form }: PartProps) {
  const zones = useId();
  const names = useMemo(() => ["UTC", ...Intl.supportedValuesOf("timeZone")], []);
  return (
    <>
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <InputField
          label="Expression"
          placeholder="30 2 * * *"
          hint="Minute, hour, day, month, weekday; or a name such as @daily."
          autoComplete="off"
          spellCheck={false}
          {...form.fieldOf("schedule")}
        />
        <InputField
          label="Time zone"
          list={zones}
          hint="Of the machine that the job runs on."
          autoComplete="off"
          spellCheck={false}
          {...form.fieldOf("time_zone")}
        />
      </div>
      <datalist id={zones}>
        {names.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </datalist>
      <SchedulePreview schedule={form.watch("schedule")} timeZone={form.watch("time_zone")} />
    </>
  );
}

function LimitFields({ form }: PartProps) {
  return (
    <Part title="When it is too late">
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <SpanField
          label="Grace time"
          hint="So much later than expected a ping may come."
          {...spanProps(form, "grace_s")}
        />
        <SpanField
          label="Longest run"
          hint="From its start to its end, if the job tells both. Empty: the grace time."
          {...spanProps(form, "longest_run_s")}
        />
      </div>
      <CheckboxField
        label="Alert on an unusual duration"
        hint="A run that takes far longer than others opens an incident."
        {...form.register("alerts_on_anomaly")}
      />
    </Part>
  );
}

function AboutFields({ form, isNew }: PartProps & { isNew: boolean }) {
  return (
    <Part title="For you">
      <TagsField placeholder="prod, backups" {...form.fieldOf("tags")} />
      <TextareaField
        label="Notes"
        hint="For whoever is woken up: where to look, whom to call."
        {...form.fieldOf("notes")}
      />
      <InputField
        label="Ping UUID"
        hint={
          isNew
            ? "One that the job pings already, at Healthchecks for example. Empty: a new one."
            : "Another one makes the old URL deaf at once."
        }
        autoComplete="off"
        spellCheck={false}
        {...form.fieldOf("ping_id")}
      />
    </Part>
  );
}
