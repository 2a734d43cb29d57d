import { sensorUpdateSchema, type SensorView } from "@pulsecheck/shared/sensor";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { z } from "zod";
import { NotFound } from "../../app/not-found.tsx";
import { buttonClass } from "../../components/ui/button.tsx";
import { CheckboxField, Field, InputField } from "../../components/ui/field.tsx";
import { Form } from "../../components/ui/form.tsx";
import { LeaveGuard } from "../../components/ui/leave-guard.tsx";
import { Page } from "../../components/ui/page.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { tell } from "../../components/ui/toasts.tsx";
import { api, ask } from "../../lib/api.ts";
import { changedOf } from "../../lib/changed-of.ts";
import { judgeInput, readNumber, readTags } from "../../lib/form-texts.ts";
import { useApiForm, type ApiForm } from "../../lib/form.ts";
import { isMissing } from "../monitors/monitor-queries.ts";
import { sensorQuery } from "./sensor-queries.ts";

const route = getRouteApi("/inside/sensors/$id/edit");

/** All settings of a sensor. */
export function EditSensorPage() {
  const { id } = route.useParams();
  // What stands in the form must be what is stored now.
  const { data, error, isFetchedAfterMount, refetch } = useQuery(sensorQuery(id));
  if (isMissing(error)) return <NotFound />;
  return (
    <Page title={data === undefined ? "Edit the sensor" : `Edit ${data.name}`}>
      {error && <Failed error={error} retry={() => void refetch()} />}
      {data !== undefined && isFetchedAfterMount ? <EditForm key={id} sensor={data} /> : <Loading what="the sensor" />}
    </Page>
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
const formSchema = z.custom<Values>().superRefine(judgeInput(sensorUpdateSchema, inputOf));

function EditForm({ sensor }: { sensor: SensorView }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [before] = useState(sensor);
  const { sensor_id: id } = before;
  const form = useApiForm<Values>(formSchema, valuesOf(before));
  const save = async (values: Values) => {
    const body = changedOf(inputOf(values), before);
    if (Object.keys(body).length > 0) {
      const path = { sensor_id: id };
      queries.setQueryData(
        sensorQuery(id).queryKey,
        await ask(api.PATCH("/api/v1/sensors/{sensor_id}", { params: { path }, body })),
      );
      tell("Saved");
    }
    await navigate({ to: "/sensors/$id", params: { id }, ignoreBlocker: true });
  };
  const cancel = (
    <Link to="/sensors/$id" params={{ id }} className={buttonClass()}>
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
  return (
    <>
      <div className="grid items-start gap-4 sm:grid-cols-3">
        <InputField label="Name" autoComplete="off" {...form.fieldOf("name")} />
        <InputField label="Unit" autoComplete="off" {...form.fieldOf("unit")} />
        <InputField label="Location" autoComplete="off" {...form.fieldOf("location")} />
      </div>
      <InputField label="Tags" hint="With commas between them." autoComplete="off" {...form.fieldOf("tags")} />
      <Field label="Notes" error={form.errorOf("notes")}>
        {(control) => <textarea {...control} rows={3} {...form.register("notes")} />}
      </Field>
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <InputField label="Too low below" hint="Empty: no value is." inputMode="decimal" {...form.fieldOf("below")} />
        <InputField label="Too high above" hint="Empty: no value is." inputMode="decimal" {...form.fieldOf("above")} />
        <InputField
          label="Back inside by"
          hint="So far inside its bound a value must be for the incident to end."
          inputMode="decimal"
          {...form.fieldOf("hysteresis")}
        />
        <InputField
          label="For at least (s)"
          hint="So long a bound must be crossed for an incident."
          inputMode="numeric"
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
