import { passwordSchema } from "@pulsecheck/shared/user";
import { useQueryClient } from "@tanstack/react-query";
import { z } from "zod";
import { Form } from "../../components/ui/form.tsx";
import { Card } from "../../components/ui/page.tsx";
import { tell } from "../../components/ui/toasts.tsx";
import { api, ask } from "../../lib/api.ts";
import { useApiForm } from "../../lib/form.ts";
import { NewPasswordField, PasswordField } from "../account/account-fields.tsx";
import { useMe } from "../account/session.ts";
import { sessionsQuery } from "./sessions-query.ts";

const passwordChangeSchema = z.object({
  current_password: z.string().min(1, "is needed to change the password").max(256),
  password: passwordSchema,
});

export function PasswordSection() {
  const { email } = useMe();
  const queries = useQueryClient();
  const form = useApiForm(passwordChangeSchema, { current_password: "", password: "" });
  return (
    <Card title="Change your password">
      <p className="text-muted">All your other sessions end with it. This one goes on.</p>
      <Form
        form={form}
        submit="Change the password"
        send={async (body) => {
          await ask(api.PATCH("/users/me", { body }));
          form.reset();
          void queries.invalidateQueries({ queryKey: sessionsQuery.queryKey });
          tell("Your password is changed, and your other sessions have ended.");
        }}
      >
        {/* Tells password managers whose password it is. */}
        <input type="text" autoComplete="username" value={email} readOnly hidden />
        <PasswordField label="Current password" {...form.fieldOf("current_password")} />
        <NewPasswordField {...form.fieldOf("password")} />
      </Form>
    </Card>
  );
}
