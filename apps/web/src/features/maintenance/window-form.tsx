import type { MaintenanceWindowView, WindowInput } from "@pulsecheck/shared/maintenance-window";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { buttonClass } from "../../components/ui/button.tsx";
import { CheckboxField, InputField, TagsField, TextareaField } from "../../components/ui/field.tsx";
import { Form } from "../../components/ui/form.tsx";
import { LeaveGuard } from "../../components/ui/leave-guard.tsx";
import { RadioRow } from "../../components/ui/radio-row.tsx";
import { useApiForm, type ApiForm } from "../../lib/form.ts";
import { Part } from "../monitors/form-part.tsx";
import { MonitorChoice } from "./monitor-choice.tsx";
import { ScheduleFields } from "./schedule-fields.tsx";
import { atOwnFields, readWindow, windowFormSchema } from "./window-form-schema.ts";
import { newWindowValues, windowValuesOf, type WindowFormValues } from "./window-form-values.ts";

type Props = {
  /** Null for a new one. */
  before: MaintenanceWindowView | null;
  submit: string;
  send(window: WindowInput): Promise<unknown>;
};

const OWN_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** All of a window: what it is, what it covers, when it is on. */
export function WindowForm({ before, submit, send }: Props) {
  const [values] = useState(() =>
    before === null ? newWindowValues(Date.now(), OWN_ZONE) : windowValuesOf(before, Date.now(), OWN_ZONE),
  );
  const form = useApiForm(windowFormSchema, values);
  const sendIt = async (written: WindowFormValues) => {
    try {
      await send(readWindow(written));
    } catch (error) {
      throw atOwnFields(error);
    }
  };
  const cancel = (
    <Link to="/maintenance" className={buttonClass()}>
      Cancel
    </Link>
  );
  return (
    <div className="max-w-3xl rounded-lg border border-line bg-surface p-4">
      <Form form={form} submit={submit} send={sendIt} more={cancel}>
        <LeaveGuard isDirty={form.formState.isDirty} />
        <AboutFields form={form} isNew={before === null} />
        <TargetFields form={form} />
        <ScheduleFields form={form} />
      </Form>
    </div>
  );
}

type PartProps = { form: ApiForm<WindowFormValues> };

function AboutFields({ form, isNew }: PartProps & { isNew: boolean }) {
  return (
    <>
      <InputField label="Name" placeholder="New disks" autoComplete="off" autoFocus={isNew} {...form.fieldOf("name")} />
      <TextareaField
        label="Description"
        hint="Optional. Plain text, shown on status pages."
        rows={2}
        {...form.fieldOf("description")}
      />
      <CheckboxField
        label="Hidden on status pages"
        hint="They neither announce it nor tell its name."
        {...form.register("is_hidden")}
      />
    </>
  );
}

function TargetFields({ form }: PartProps) {
  return (
    <Part title="What it covers">
      <RadioRow
        legend="It covers"
        options={{ some: "Some", everything: "Everything" }}
        {...form.register("covers", { deps: ["tags"] })}
      />
      {form.watch("covers") === "some" && (
        <>
          <TagsField
            placeholder="web, europe"
            hint="With commas between them. All monitors, devices and sensors that carry one of them at that time."
            {...form.fieldOf("tags")}
          />
          <MonitorChoice form={form} />
          <InputField
            label="Devices"
            placeholder="till-1, till-2"
            hint="Their ids, with commas between them."
            autoComplete="off"
            spellCheck={false}
            {...form.register("device_ids", { deps: ["tags"] })}
            error={form.errorOf("device_ids")}
          />
        </>
      )}
    </Part>
  );
}
