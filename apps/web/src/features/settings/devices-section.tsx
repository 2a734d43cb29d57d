import { roleAllows } from "@pulsecheck/shared/role";
import { workspaceChangeSchema, type workspaceSchema } from "@pulsecheck/shared/workspace";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { z } from "zod";
import { CheckboxField, NumberField } from "../../components/ui/field.tsx";
import { Form } from "../../components/ui/form.tsx";
import { Card } from "../../components/ui/page.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { tell } from "../../components/ui/toasts.tsx";
import { api, ask } from "../../lib/api.ts";
import { changedOf } from "../../lib/changed-of.ts";
import { judgeInput, readNumber } from "../../lib/form-texts.ts";
import { useApiForm } from "../../lib/form.ts";
import { workspaceQuery } from "../account/workspace.ts";

/** When devices that have no settings of their own are at risk or offline. Everybody may see it, admins may change it. */
export function DevicesSection() {
  const { data: workspace, error, refetch } = useQuery(workspaceQuery);
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (workspace === undefined) return <Loading what="the settings of devices" />;
  const isAdmin = roleAllows(workspace.role, "admin");
  return (
    <Card title="Devices">
      <p className="text-muted">
        This holds for every device that has no setting of its own.
        {!isAdmin && ` Only admins of this workspace may change it. Your role here is ${workspace.role}.`}
      </p>
      <DeviceDefaultsForm workspace={workspace} isAdmin={isAdmin} />
    </Card>
  );
}

type Workspace = z.infer<typeof workspaceSchema>;

const valuesOf = (workspace: Workspace) => ({
  device_at_risk_after_s: String(workspace.device_at_risk_after_s),
  device_offline_after_s: String(workspace.device_offline_after_s),
  device_battery_low: String(workspace.device_battery_low),
  device_alerts: workspace.device_alerts,
});
type Values = ReturnType<typeof valuesOf>;

// What is empty is no number: a workspace has no defaults to fall back to.
const inputOf = (values: Values) => ({
  device_at_risk_after_s: readNumber(values.device_at_risk_after_s) ?? Number.NaN,
  device_offline_after_s: readNumber(values.device_offline_after_s) ?? Number.NaN,
  device_battery_low: readNumber(values.device_battery_low) ?? Number.NaN,
  device_alerts: values.device_alerts,
});
const formSchema = z.custom<Values>().superRefine(judgeInput(workspaceChangeSchema, inputOf));

function DeviceDefaultsForm({ workspace, isAdmin }: { workspace: Workspace; isAdmin: boolean }) {
  const queries = useQueryClient();
  const form = useApiForm<Values>(formSchema, valuesOf(workspace));
  const save = async (values: Values) => {
    const body = changedOf(inputOf(values), workspace);
    queries.setQueryData(workspaceQuery.queryKey, await ask(api.PATCH("/api/v1/workspace", { body })));
    form.reset(values);
    tell("Saved. Devices are judged by it at once.");
  };
  return (
    <fieldset disabled={!isAdmin}>
      <Form form={form} submit="Save" send={save}>
        <NumberField label="At risk after (s)" hint="Of silence." {...form.fieldOf("device_at_risk_after_s")} />
        <NumberField
          label="Offline after (s)"
          hint="Of silence; more than until it is at risk."
          {...form.fieldOf("device_offline_after_s")}
        />
        <NumberField
          label="Battery is low below (%)"
          hint="A device with less is at risk. 0: none is."
          {...form.fieldOf("device_battery_low")}
        />
        <CheckboxField label="Mail when a device goes offline" {...form.register("device_alerts")} />
      </Form>
    </fieldset>
  );
}
