import { useId, useMemo } from "react";
import { InputField, SelectField } from "../../components/ui/field.tsx";
import type { ApiForm } from "../../lib/form.ts";
import { Part } from "../monitors/form-part.tsx";
import { SpanField } from "../monitors/span-field.tsx";
import { OccurrencePreview } from "./occurrence-preview.tsx";
import { scheduleInputOf, type WindowFormValues } from "./window-form-values.ts";
import { WEEKDAYS } from "./window-words.ts";

type Props = { form: ApiForm<WindowFormValues> };

const KINDS = {
  once: "Once",
  daily: "Every day",
  weekly: "On days of the week",
  monthly: "On days of the month",
  cron: "By a cron expression",
} as const;

/** When a window is on, and what comes of that. */
export function ScheduleFields({ form }: Props) {
  const kind = form.watch("kind");
  return (
    <Part title="When it is on">
      <SelectField label="Repeats" {...form.fieldOf("kind")}>
        {Object.entries(KINDS).map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </SelectField>
      {kind === "once" ? <OnceFields form={form} /> : <RecurringFields form={form} />}
      <OccurrencePreview schedule={scheduleInputOf(form.watch())} />
    </Part>
  );
}

function OnceFields({ form }: Props) {
  return (
    <div className="grid items-start gap-4 sm:grid-cols-2">
      <InputField label="Begins" type="datetime-local" hint="By your own clock." {...form.fieldOf("starts_at")} />
      <InputField label="Ends" type="datetime-local" {...form.fieldOf("ends_at")} />
    </div>
  );
}

function RecurringFields({ form }: Props) {
  const zones = useId();
  const names = useMemo(() => ["UTC", ...Intl.supportedValuesOf("timeZone")], []);
  const kind = form.watch("kind");
  return (
    <>
      {kind === "weekly" && <Weekdays form={form} />}
      <div className="grid items-start gap-4 sm:grid-cols-2">
        {kind === "monthly" && (
          <InputField
            label="Days of the month"
            placeholder="1, 15, last"
            hint="A month that does not have the day is left out."
            autoComplete="off"
            {...form.fieldOf("days")}
          />
        )}
        {kind === "cron" ? (
          <InputField
            label="Expression"
            placeholder="0 2 * * 1-5"
            hint="Minute, hour, day, month, weekday; or a name such as @weekly."
            autoComplete="off"
            spellCheck={false}
            {...form.fieldOf("expression")}
          />
        ) : (
          <InputField label="Begins at" type="time" {...form.fieldOf("time")} />
        )}
        <SpanField
          label="Lasts"
          error={form.errorOf("duration_s")}
          count={form.register("duration_s.count")}
          unit={form.register("duration_s.unit", { deps: ["duration_s.count"] })}
        />
        <InputField
          label="Time zone"
          list={zones}
          autoComplete="off"
          spellCheck={false}
          {...form.fieldOf("time_zone")}
        />
        <InputField label="Not before" type="datetime-local" hint="Optional." {...form.fieldOf("from")} />
        <InputField label="Not after" type="datetime-local" hint="Optional." {...form.fieldOf("until")} />
      </div>
      <datalist id={zones}>
        {names.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </datalist>
    </>
  );
}

function Weekdays({ form }: Props) {
  const error = form.errorOf("weekdays");
  return (
    <fieldset className="grid gap-1">
      <legend className="mb-1 font-medium">Days</legend>
      <div className="flex flex-wrap gap-x-4 gap-y-2">
        {WEEKDAYS.map(({ day, name }) => (
          <label key={day} className="flex min-h-9 cursor-pointer items-center gap-2">
            <input type="checkbox" value={day} className="size-4 accent-accent" {...form.register("weekdays")} />
            {name}
          </label>
        ))}
      </div>
      {error !== undefined && (
        <p className="font-medium text-down" role="alert">
          {error}
        </p>
      )}
    </fieldset>
  );
}
