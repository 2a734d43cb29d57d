import { deviceUpdateSchema, type DeviceView } from "@pulsecheck/shared/device";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { z } from "zod";
import { NotFound } from "../../app/not-found.tsx";
import { buttonClass } from "../../components/ui/button.tsx";
import { Field, InputField, SelectField } from "../../components/ui/field.tsx";
import { Form } from "../../components/ui/form.tsx";
import { LeaveGuard } from "../../components/ui/leave-guard.tsx";
import { Page } from "../../components/ui/page.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { tell } from "../../components/ui/toasts.tsx";
import { api, ask } from "../../lib/api.ts";
import { changedOf } from "../../lib/changed-of.ts";
import { judgeInput, readNumber, readTags } from "../../lib/form-texts.ts";
import { useApiForm, type ApiForm } from "../../lib/form.ts";
import { workspaceQuery } from "../account/workspace.ts";
import { isMissing } from "../monitors/monitor-queries.ts";
import { deviceQuery } from "./device-queries.ts";

const route = getRouteApi("/inside/devices/$id/edit");

/** All settings of a device. */
export function EditDevicePage() {
  const { id } = route.useParams();
  // What stands in the form must be what is stored now.
  const { data, error, isFetchedAfterMount, refetch } = useQuery(deviceQuery(id));
  if (isMissing(error)) return <NotFound />;
  return (
    <Page title={data === undefined ? "Edit the device" : `Edit ${data.name}`}>
      {error && <Failed error={error} retry={() => void refetch()} />}
      {data !== undefined && isFetchedAfterMount ? <EditForm key={id} device={data} /> : <Loading what="the device" />}
    </Page>
  );
}

const valuesOf = (device: DeviceView) => ({
  name: device.name,
  location: device.location,
  tags: device.tags.join(", "),
  notes: device.notes,
  at_risk_after_s: device.at_risk_after_s?.toString() ?? "",
  offline_after_s: device.offline_after_s?.toString() ?? "",
  battery_low: device.battery_low?.toString() ?? "",
  alerts_on_offline: device.alerts_on_offline?.toString() ?? "",
});
type Values = ReturnType<typeof valuesOf>;

const inputOf = (values: Values) => ({
  name: values.name,
  location: values.location,
  tags: readTags(values.tags),
  notes: values.notes,
  at_risk_after_s: readNumber(values.at_risk_after_s),
  offline_after_s: readNumber(values.offline_after_s),
  battery_low: readNumber(values.battery_low),
  alerts_on_offline: values.alerts_on_offline === "" ? null : values.alerts_on_offline === "true",
});
const formSchema = z.custom<Values>().superRefine(judgeInput(deviceUpdateSchema, inputOf));

function EditForm({ device }: { device: DeviceView }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [before] = useState(device);
  const { device_id: id } = before;
  const form = useApiForm<Values>(formSchema, valuesOf(before));
  const save = async (values: Values) => {
    const body = changedOf(inputOf(values), before);
    if (Object.keys(body).length > 0) {
      const changed = await ask(
        api.PATCH("/api/v1/devices/{device_id}", { params: { path: { device_id: id } }, body }),
      );
      queries.setQueryData(deviceQuery(id).queryKey, changed);
      tell("Saved");
    }
    await navigate({ to: "/devices/$id", params: { id }, ignoreBlocker: true });
  };
  const cancel = (
    <Link to="/devices/$id" params={{ id }} className={buttonClass()}>
      Cancel
    </Link>
  );
  return (
    <div className="max-w-3xl rounded-lg border border-line bg-surface p-4">
      <Form form={form} submit="Save" send={save} more={cancel}>
        <LeaveGuard isDirty={form.formState.isDirty} />
        <Fields form={form} />
      </Form>
    </div>
  );
}

function Fields({ form }: { form: ApiForm<Values> }) {
  const { data: workspace } = useQuery(workspaceQuery);
  const usual = (value: number | undefined) => ({
    placeholder: value?.toString() ?? "",
    inputMode: "numeric" as const,
  });
  return (
    <>
      <InputField label="Name" autoComplete="off" {...form.fieldOf("name")} />
      <InputField label="Location" autoComplete="off" {...form.fieldOf("location")} />
      <InputField label="Tags" hint="With commas between them." autoComplete="off" {...form.fieldOf("tags")} />
      <Field label="Notes" hint="For whoever is woken up: where it is, whom to call." error={form.errorOf("notes")}>
        {(control) => <textarea {...control} rows={3} {...form.register("notes")} />}
      </Field>
      <p className="text-muted">What is left empty is as the workspace has it.</p>
      <div className="grid items-start gap-4 sm:grid-cols-3">
        <InputField
          label="At risk after (s)"
          hint="Of silence."
          {...usual(workspace?.device_at_risk_after_s)}
          {...form.fieldOf("at_risk_after_s")}
        />
        <InputField
          label="Offline after (s)"
          hint="Of silence."
          {...usual(workspace?.device_offline_after_s)}
          {...form.fieldOf("offline_after_s")}
        />
        <InputField
          label="Battery is low below (%)"
          {...usual(workspace?.device_battery_low)}
          {...form.fieldOf("battery_low")}
        />
      </div>
      <SelectField label="Mail when it goes offline" {...form.fieldOf("alerts_on_offline")}>
        <option value="">As the workspace has it</option>
        <option value="true">Yes</option>
        <option value="false">No</option>
      </SelectField>
    </>
  );
}
