import { deviceUpdateSchema, type DeviceView } from "@pulsecheck/shared/device";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { z } from "zod";
import { InputField, NumberField, SelectField, TagsField, TextareaField } from "../../components/ui/field.tsx";
import { api, ask } from "../../lib/api.ts";
import { judgeInput, readNumber, readTags } from "../../lib/form-texts.ts";
import type { ApiForm } from "../../lib/form.ts";
import { workspaceQuery } from "../account/workspace.ts";
import { EditThingPage } from "../things/edit-thing-page.tsx";
import { deviceQuery } from "./device-queries.ts";
import { DEVICE } from "./device-words.ts";

const route = getRouteApi("/inside/devices/$id/edit");

/** All settings of a device. */
export function EditDevicePage() {
  const { id } = route.useParams();
  const queries = useQueryClient();
  const send = async (body: Partial<Input>) => {
    const params = { path: { device_id: id } };
    const changed = await ask(api.PATCH("/api/v1/devices/{device_id}", { params, body }));
    queries.setQueryData(deviceQuery(id).queryKey, changed);
  };
  const editing = { words: DEVICE, id, valuesOf, inputOf, schema, send };
  return (
    <EditThingPage query={useQuery(deviceQuery(id))} {...editing}>
      {(form) => <Fields form={form} />}
    </EditThingPage>
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
type Input = ReturnType<typeof inputOf>;
const schema = z.custom<Values>().superRefine(judgeInput(deviceUpdateSchema, inputOf));

function Fields({ form }: { form: ApiForm<Values> }) {
  const { data: workspace } = useQuery(workspaceQuery);
  const usual = (value: number | undefined) => value?.toString() ?? "";
  return (
    <>
      <InputField label="Name" autoComplete="off" {...form.fieldOf("name")} />
      <InputField label="Location" autoComplete="off" {...form.fieldOf("location")} />
      <TagsField {...form.fieldOf("tags")} />
      <TextareaField
        label="Notes"
        hint="For whoever is woken up: where it is, whom to call."
        {...form.fieldOf("notes")}
      />
      <p className="text-muted">What is left empty is as the workspace has it.</p>
      <div className="grid items-start gap-4 sm:grid-cols-3">
        <NumberField
          label="At risk after (s)"
          hint="Of silence."
          placeholder={usual(workspace?.device_at_risk_after_s)}
          {...form.fieldOf("at_risk_after_s")}
        />
        <NumberField
          label="Offline after (s)"
          hint="Of silence."
          placeholder={usual(workspace?.device_offline_after_s)}
          {...form.fieldOf("offline_after_s")}
        />
        <NumberField
          label="Battery is low below (%)"
          placeholder={usual(workspace?.device_battery_low)}
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
