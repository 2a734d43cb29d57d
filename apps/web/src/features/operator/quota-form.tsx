import type { OperatorWorkspaceView } from "@pulsecheck/shared/operator-workspace";
import { useQueryClient } from "@tanstack/react-query";
import { z } from "zod";
import { NumberField } from "../../components/ui/field.tsx";
import { Form } from "../../components/ui/form.tsx";
import { tell } from "../../components/ui/toasts.tsx";
import { api, ask } from "../../lib/api.ts";
import { useApiForm } from "../../lib/form.ts";
import { capitalise, formatCount } from "../../lib/format.ts";
import { WORKSPACES } from "./operator-queries.ts";

/** What can be limited, and by which field. */
export const QUOTA_OF = {
  monitors: "max_monitors",
  devices: "max_devices",
  sensors: "max_sensors",
  members: "max_members",
} as const;
type Field = (typeof QUOTA_OF)[keyof typeof QUOTA_OF];
export type Defaults = Record<Field, number | null>;

// What is left empty is what the instance allows everybody.
const quota = z
  .string()
  .trim()
  .regex(/^\d{0,8}$/, "must be a whole number, or empty");
const schema = z.object({ max_monitors: quota, max_devices: quota, max_sensors: quota, max_members: quota });
type Values = z.input<typeof schema>;

type Props = { workspace: OperatorWorkspaceView; defaults: Defaults };

export function QuotaForm({ workspace, defaults }: Props) {
  const queries = useQueryClient();
  const { id, name } = workspace;
  const fields = Object.values(QUOTA_OF);
  const form = useApiForm<Values>(
    schema,
    Object.fromEntries(fields.map((field) => [field, workspace[field]?.toString() ?? ""])) as Values,
  );
  return (
    <div className="mt-2 rounded-md border border-line p-3">
      <Form
        form={form}
        submit="Save quotas"
        send={async (values) => {
          const numbers = fields.map((field) => [field, values[field].trim() === "" ? null : Number(values[field])]);
          const body = Object.fromEntries(numbers) as Defaults;
          await ask(api.PATCH("/api/v1/operator/workspaces/{id}", { params: { path: { id } }, body }));
          void queries.invalidateQueries({ queryKey: WORKSPACES });
          tell(`The quotas of ${name} are saved.`);
        }}
      >
        <div className="grid gap-4 sm:grid-cols-2">
          {Object.entries(QUOTA_OF).map(([what, field]) => (
            <NumberField
              key={field}
              label={capitalise(what)}
              autoComplete="off"
              hint={`Empty: ${defaults[field] === null ? "no limit" : formatCount(defaults[field])}`}
              {...form.fieldOf(field)}
            />
          ))}
        </div>
      </Form>
    </div>
  );
}
