import { workspaceChangeSchema, type workspaceSchema } from "@pulsecheck/shared/workspace";
import { useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import { InputField, NumberField, SelectField } from "../../components/ui/field.tsx";
import { Form } from "../../components/ui/form.tsx";
import { tell } from "../../components/ui/toasts.tsx";
import { api, ask } from "../../lib/api.ts";
import { changedOf } from "../../lib/changed-of.ts";
import { useApiForm } from "../../lib/form.ts";
import { workspaceQuery } from "../account/workspace.ts";

const settingsSchema = workspaceChangeSchema
  .required()
  .pick({ name: true, alert_audience: true, debounce_minutes: true });

type Props = { workspace: z.infer<typeof workspaceSchema>; isAdmin: boolean };

export function WorkspaceForm({ workspace, isAdmin }: Props) {
  const { name, alert_audience, debounce_minutes, default_debounce_minutes: usual } = workspace;
  const queries = useQueryClient();
  const form = useApiForm(settingsSchema, { name, alert_audience, debounce_minutes });
  return (
    <fieldset disabled={!isAdmin}>
      <Form
        form={form}
        submit="Save"
        send={async (values) => {
          const body = changedOf(values, form.formState.defaultValues ?? {});
          queries.setQueryData(workspaceQuery.queryKey, await ask(api.PATCH("/api/v1/workspace", { body })));
          form.reset(values);
          tell("Saved. Outages from now on are told like that.");
        }}
      >
        <InputField label="Name of the workspace" autoComplete="off" {...form.fieldOf("name")} />
        <SelectField
          label="Who gets alerts"
          hint="Alert addresses get them in any case."
          {...form.fieldOf("alert_audience")}
        >
          <option value="creator">Whoever made the monitor</option>
          <option value="members">Every member of the workspace</option>
          <option value="addresses_only">Only the alert addresses</option>
        </SelectField>
        <NumberField
          label="Debounce, in minutes"
          autoComplete="off"
          placeholder={String(usual)}
          hint={`A monitor sends at most one down alert in so long. 0: every outage is told at once. Empty: as this instance does, ${usual} min.`}
          {...form.register("debounce_minutes", { setValueAs: readMinutes })}
          error={form.errorOf("debounce_minutes")}
        />
      </Form>
    </fieldset>
  );
}

/** Nothing means the instance's own; what is no number is left to the schema. */
function readMinutes(input: string | number | null): number | null {
  return input === null || String(input).trim() === "" ? null : Number(input);
}
