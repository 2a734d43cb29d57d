import { AlertDialog } from "@base-ui/react/alert-dialog";
import { readingChangeSchema, type LoggedReadingView } from "@pulsecheck/shared/sensor";
import { useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { z } from "zod";
import { Button, buttonClass } from "../../components/ui/button.tsx";
import { DialogPopup } from "../../components/ui/dialog-frame.tsx";
import { InputField } from "../../components/ui/field.tsx";
import { Form } from "../../components/ui/form.tsx";
import { tell, tellError } from "../../components/ui/toasts.tsx";
import { api, ask } from "../../lib/api.ts";
import { formatDateTime } from "../../lib/format.ts";
import { judgeInput, readNumber } from "../../lib/form-texts.ts";
import { useApiForm } from "../../lib/form.ts";
import { rereadReadings } from "./sensor-queries.ts";

type Props = { reading: LoggedReadingView | null; onClose(): void };

/** For a reading that is wrong: it is corrected, or deleted. Who did it is kept. Closed while there is none. */
export function CorrectReading({ reading, onClose }: Props) {
  const isGone = useRef(false);
  return (
    <AlertDialog.Root open={reading !== null} onOpenChange={onClose}>
      <DialogPopup
        title="Correct this reading"
        // What opened it goes with a deleted reading, and the focus must be somewhere.
        finalFocus={() => (isGone.current ? document.getElementById("main") : true)}
      >
        {reading !== null && (
          <>
            <AlertDialog.Description className="text-muted">
              Of {formatDateTime(new Date(reading.timestamp), "second")}. What it was, and who changed it, stays among
              the corrections.
            </AlertDialog.Description>
            <CorrectionForm
              key={reading.id}
              reading={reading}
              onDone={(wasDeleted) => {
                isGone.current = wasDeleted;
                onClose();
              }}
            />
          </>
        )}
      </DialogPopup>
    </AlertDialog.Root>
  );
}

type Values = { value: string };
const inputOf = ({ value }: Values) => ({ value: readNumber(value) ?? Number.NaN });
const schema = z.custom<Values>().superRefine(judgeInput(readingChangeSchema, inputOf));

type FormProps = { reading: LoggedReadingView; onDone(wasDeleted: boolean): void };

function CorrectionForm({ reading: { id, sensor_id, value, unit }, onDone }: FormProps) {
  const queries = useQueryClient();
  const form = useApiForm<Values>(schema, { value: String(value) });
  const params = { path: { sensor_id, id } };
  const finish = async (wasDeleted: boolean) => {
    onDone(wasDeleted);
    tell(wasDeleted ? "The reading is deleted." : "The reading is corrected.");
    await rereadReadings(queries, sensor_id);
  };
  const remove = () =>
    ask(api.DELETE("/api/v1/sensors/{sensor_id}/readings/{id}", { params })).then(() => finish(true), tellError);
  return (
    <Form
      form={form}
      submit="Save"
      send={async (values) => {
        const body = inputOf(values);
        if (body.value === value) return onDone(false);
        await ask(api.PATCH("/api/v1/sensors/{sensor_id}/readings/{id}", { params, body }));
        return finish(false);
      }}
      more={
        <>
          <AlertDialog.Close className={buttonClass()}>Cancel</AlertDialog.Close>
          <Button look="danger" className="ml-auto" onClick={() => void remove()}>
            Delete the reading
          </Button>
        </>
      }
    >
      <InputField
        label={unit === "" ? "Value" : `Value (${unit})`}
        inputMode="decimal"
        autoComplete="off"
        {...form.fieldOf("value")}
      />
    </Form>
  );
}
