import { sensorUpdateSchema, type SensorView } from "@pulsecheck/shared/sensor";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { z } from "zod";
import { CheckboxField, InputField, NumberField, TagsField, TextareaField } from "../../components/ui/field.tsx";
import { api, ask } from "../../lib/api.ts";
import { judgeInput, readNumber, readTags } from "../../lib/form-texts.ts";
import type { ApiForm } from "../../lib/form.ts";
import { EditThingPage } from "../things/edit-thing-page.tsx";
import { sensorQuery } from "./sensor-queries.ts";
import { SENSOR } from "./sensor-words.ts";

const route = getRouteApi("/inside/sensors/$id/edit");

/** All settings of a sensor. */
export function EditSensorPage() {
  const { id } = route.useParams();
  const queries = useQueryClient();
  const send = async (body: Partial<Input>) => {
    const params = { path: { sensor_id: id } };
    const changed = await ask(api.PATCH("/api/v1/sensors/{sensor_id}", { params, body }));
    queries.setQueryData(sensorQuery(id).queryKey, changed);
  };
  const editing = { words: SENSOR, id, valuesOf, inputOf, schema, send };
  return (
    <EditThingPage query={useQuery(sensorQuery(id))} {...editing}>
      {(form) => <Fields form={form} />}
    </EditThingPage>
  );
}

const valuesOf = (sensor: SensorView) => ({
  name: sensor.name,
  unit: sensor.unit,
  location: sensor.location,
  tags: sensor.tags.join(", "),
  notes: sensor.notes,
  above: sensor.above?.toString() ?? "",
  below: sensor.below?.toString() ?? "",
  hysteresis: sensor.hysteresis.toString(),
  min_duration_s: sensor.min_duration_s.toString(),
  alerts_on_anomaly: sensor.alerts_on_anomaly,
});
type Values = ReturnType<typeof valuesOf>;

const inputOf = (values: Values) => ({
  ...values,
  tags: readTags(values.tags),
  above: readNumber(values.above),
  below: readNumber(values.below),
  hysteresis: readNumber(values.hysteresis) ?? 0,
  min_duration_s: readNumber(values.min_duration_s) ?? 0,
});
type Input = ReturnType<typeof inputOf>;
const schema = z.custom<Values>().superRefine(judgeInput(sensorUpdateSchema, inputOf));

function Fields({ form }: { form: ApiForm<Values> }) {
  return (
    <>
      <div className="grid items-start gap-4 sm:grid-cols-3">
        <InputField label="Name" autoComplete="off" {...form.fieldOf("name")} />
        <InputField label="Unit" autoComplete="off" {...form.fieldOf("unit")} />
        <InputField label="Location" autoComplete="off" {...form.fieldOf("location")} />
      </div>
      <TagsField {...form.fieldOf("tags")} />
      <TextareaField label="Notes" {...form.fieldOf("notes")} />
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <InputField label="Too low below" hint="Empty: no value is." inputMode="decimal" {...form.fieldOf("below")} />
        <InputField label="Too high above" hint="Empty: no value is." inputMode="decimal" {...form.fieldOf("above")} />
        <InputField
          label="Back inside by"
          hint="So far inside its bound a value must be for the incident to end."
          inputMode="decimal"
          {...form.fieldOf("hysteresis")}
        />
        <NumberField
          label="For at least (s)"
          hint="So long a bound must be crossed for an incident."
          {...form.fieldOf("min_duration_s")}
        />
      </div>
      <CheckboxField
        label="Alert on anomalies"
        hint="A value outside the usual band opens an incident."
        {...form.register("alerts_on_anomaly")}
      />
    </>
  );
}
