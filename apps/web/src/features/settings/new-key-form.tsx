import { apiKeyCreateSchema } from "@pulsecheck/shared/api-key";
import { ROLES } from "@pulsecheck/shared/role";
import { InputField, SelectField } from "../../components/ui/field.tsx";
import { Form } from "../../components/ui/form.tsx";
import { api, ask } from "../../lib/api.ts";
import { useApiForm } from "../../lib/form.ts";
import { ROLE_WORDS } from "../account/role-words.ts";

/** Makes a key. `onCreated` gets it: it is told this once. */
export function NewKeyForm({ onCreated }: { onCreated(key: string): void }) {
  const form = useApiForm(apiKeyCreateSchema, { name: "", role: "VIEWER" });
  return (
    <Form
      form={form}
      submit="Create the key"
      send={async ({ expires_at, ...rest }) => {
        const body = { ...rest, ...(expires_at === undefined ? {} : { expires_at }) };
        onCreated((await ask(api.POST("/api/v1/api-keys", { body }))).key);
      }}
    >
      <InputField label="Name" autoComplete="off" hint="What will use it." {...form.fieldOf("name")} />
      <SelectField label="Role" {...form.fieldOf("role")}>
        {ROLES.map((role) => (
          <option key={role} value={role}>
            {ROLE_WORDS[role]}
          </option>
        ))}
      </SelectField>
      <InputField
        label="Expires at the end of"
        type="date"
        hint="Optional."
        {...form.register("expires_at", { setValueAs: endOfDay })}
        error={form.errorOf("expires_at")}
      />
    </Form>
  );
}

/** The last moment of a day such as 2026-11-21 in the reader's zone, in UTC. */
function endOfDay(day: string | undefined): string | undefined {
  return day === undefined || day === "" ? undefined : new Date(`${day}T23:59:59`).toISOString();
}
