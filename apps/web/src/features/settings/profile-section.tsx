import { registerSchema, type UserView } from "@pulsecheck/shared/user";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { BadgeCheck, MailWarning } from "lucide-react";
import { z } from "zod";
import { Button } from "../../components/ui/button.tsx";
import { Form } from "../../components/ui/form.tsx";
import { Card } from "../../components/ui/page.tsx";
import { tell, tellError } from "../../components/ui/toasts.tsx";
import { api, ask } from "../../lib/api.ts";
import { useApiForm } from "../../lib/form.ts";
import { NameFields } from "../account/account-fields.tsx";
import { meQuery, useMe } from "../account/session.ts";

const { first_name, last_name } = registerSchema.shape;
const nameSchema = z.object({ first_name, last_name });

/** Who the reader is. */
export function ProfileSection() {
  const me = useMe();
  // The link in the mail is followed elsewhere: whoever comes back sees what it did.
  useQuery({ ...meQuery, staleTime: 0, refetchOnWindowFocus: true });
  return (
    <>
      <Card title="Your name">
        <NameForm me={me} />
      </Card>
      <Card title="Your e-mail address">
        <p>{me.email}</p>
        {me.is_verified ? <Verified /> : <Unverified email={me.email} />}
      </Card>
    </>
  );
}

function NameForm({ me }: { me: UserView }) {
  const queries = useQueryClient();
  const form = useApiForm(nameSchema, { first_name: me.first_name, last_name: me.last_name });
  return (
    <Form
      form={form}
      submit="Save"
      send={async (body) => {
        queries.setQueryData(meQuery.queryKey, await ask(api.PATCH("/users/me", { body })));
        tell("Your name is saved.");
      }}
    >
      <NameFields first={form.fieldOf("first_name")} last={form.fieldOf("last_name")} />
    </Form>
  );
}

function Verified() {
  return (
    <p className="flex items-center gap-2 text-up">
      <BadgeCheck aria-hidden className="size-4 shrink-0" />
      Verified
    </p>
  );
}

function Unverified({ email }: { email: string }) {
  const sending = useMutation({
    mutationFn: () => ask(api.POST("/auth/request-verify-token", { body: { email } })),
    onSuccess: () => tell(`A mail with a link is on its way to ${email}.`),
    onError: tellError,
  });
  return (
    <>
      <p className="flex items-center gap-2 text-warn">
        <MailWarning aria-hidden className="size-4 shrink-0" />
        Not verified yet. Follow the link in the mail that we sent.
      </p>
      <Button className="justify-self-start" isBusy={sending.isPending} onClick={() => sending.mutate()}>
        Send the mail again
      </Button>
    </>
  );
}
