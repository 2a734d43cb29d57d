import { invitationCreateSchema, INVITATIONS_AT_MOST, type InvitationView } from "@pulsecheck/shared/invitation";
import { MEMBER_ROLES } from "@pulsecheck/shared/role";
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import { Button } from "../../components/ui/button.tsx";
import { Confirm } from "../../components/ui/confirm.tsx";
import { InputField, SelectField } from "../../components/ui/field.tsx";
import { Form } from "../../components/ui/form.tsx";
import { Card } from "../../components/ui/page.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { Time } from "../../components/ui/time.tsx";
import { tell, tellError } from "../../components/ui/toasts.tsx";
import { api, ask } from "../../lib/api.ts";
import { useApiForm } from "../../lib/form.ts";
import { useNow } from "../../lib/now.ts";
import { ROLE_WORDS } from "../account/role-words.ts";

const invitationsQuery = queryOptions({
  queryKey: ["invitations"],
  queryFn: async () =>
    (await ask(api.GET("/api/v1/invitations", { params: { query: { limit: INVITATIONS_AT_MOST } } }))).items,
  // They are accepted elsewhere.
  staleTime: 0,
  refetchOnWindowFocus: true,
});

/** Who is invited and has not come yet, and whom to invite: for admins. */
export function Invitations() {
  const { data, error, isLoading, refetch } = useQuery(invitationsQuery);
  return (
    <Card title="Invitations">
      {error && <Failed error={error} retry={() => void refetch()} />}
      {isLoading && <Loading what="invitations" />}
      {data?.length === 0 && <p className="text-muted">Nobody is invited just now.</p>}
      <ul aria-label="Invitations" className="divide-y divide-line">
        {data?.map((invitation) => (
          <InvitationItem key={invitation.id} invitation={invitation} />
        ))}
      </ul>
      <Invite />
    </Card>
  );
}

function InvitationItem({ invitation }: { invitation: InvitationView }) {
  const { email, role, invited_by, expires_at } = invitation;
  const isTooOld = Date.parse(expires_at) <= useNow();
  return (
    <li className="flex flex-wrap items-center justify-between gap-3 py-3">
      <div className="min-w-0 flex-1 basis-48">
        <p className="font-medium">{email}</p>
        <p className="text-muted">
          {role} · by {invited_by} · {isTooOld ? "too old since" : "good until"} <Time at={expires_at} />
        </p>
      </div>
      <div className="flex flex-wrap gap-2">
        <SendAgain invitation={invitation} />
        <Revoke invitation={invitation} />
      </div>
    </li>
  );
}

function SendAgain({ invitation: { id, email } }: { invitation: InvitationView }) {
  const queries = useQueryClient();
  const sending = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/invitations/{id}/resend", { params: { path: { id } } })),
    onSuccess: () => tell(`Another mail is on its way to ${email}. The link in the earlier one is worthless now.`),
    onError: tellError,
    // It may be accepted meanwhile, or gone.
    onSettled: () => queries.invalidateQueries({ queryKey: invitationsQuery.queryKey }),
  });
  return (
    <Button isBusy={sending.isPending} onClick={() => sending.mutate()} aria-label={`Send again to ${email}`}>
      Send again
    </Button>
  );
}

function Revoke({ invitation: { id, email } }: { invitation: InvitationView }) {
  const queries = useQueryClient();
  const finish = () => {
    void queries.invalidateQueries({ queryKey: invitationsQuery.queryKey });
    tell(`The invitation of ${email} is revoked.`);
  };
  return (
    <Confirm
      label="Revoke"
      accessibleName={`Revoke the invitation of ${email}`}
      title={`Revoke the invitation of ${email}?`}
      confirm="Revoke it"
      onConfirm={() => ask(api.DELETE("/api/v1/invitations/{id}", { params: { path: { id } } }))}
      onDone={finish}
    >
      The link in its mail is worthless from that moment on.
    </Confirm>
  );
}

function Invite() {
  const queries = useQueryClient();
  const form = useApiForm<z.input<typeof invitationCreateSchema>>(invitationCreateSchema, { email: "", role: "USER" });
  return (
    <Form
      form={form}
      submit="Invite"
      send={async (body) => {
        const added = await ask(api.POST("/api/v1/invitations", { body }));
        void queries.invalidateQueries({ queryKey: invitationsQuery.queryKey });
        form.reset();
        tell(`An invitation is on its way to ${added.email}.`);
      }}
    >
      <InputField label="E-mail address" type="email" autoComplete="off" {...form.fieldOf("email")} />
      <SelectField label="Role" hint="It may be changed later." {...form.fieldOf("role")}>
        {MEMBER_ROLES.map((role) => (
          <option key={role} value={role}>
            {ROLE_WORDS[role]}
          </option>
        ))}
      </SelectField>
    </Form>
  );
}
