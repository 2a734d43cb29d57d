import {
  ALERT_ADDRESSES_AT_MOST,
  alertAddressCreateSchema,
  type AlertAddressView,
} from "@pulsecheck/shared/alert-address";
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { BadgeCheck, MailWarning } from "lucide-react";
import { Button } from "../../components/ui/button.tsx";
import { Confirm } from "../../components/ui/confirm.tsx";
import { InputField } from "../../components/ui/field.tsx";
import { Form } from "../../components/ui/form.tsx";
import { Card } from "../../components/ui/page.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { tell, tellError } from "../../components/ui/toasts.tsx";
import { api, ask } from "../../lib/api.ts";
import { useApiForm } from "../../lib/form.ts";

const addressesQuery = queryOptions({
  queryKey: ["alert-addresses"],
  queryFn: async () =>
    (await ask(api.GET("/api/v1/alert-addresses", { params: { query: { limit: ALERT_ADDRESSES_AT_MOST } } }))).items,
  // They are confirmed elsewhere.
  staleTime: 0,
  refetchOnWindowFocus: true,
});

/** Addresses that get the workspace's alerts besides its people. */
export function AlertAddresses({ isAdmin }: { isAdmin: boolean }) {
  const { data, error, isLoading, refetch } = useQuery(addressesQuery);
  return (
    <Card title="Alert addresses">
      <p className="text-muted">
        A team's list, or somebody without an account. Each is asked by mail first, and every alert to it has a link
        that stops them.
      </p>
      {error && <Failed error={error} retry={() => void refetch()} />}
      {isLoading && <Loading what="alert addresses" />}
      {data?.length === 0 && <p>There are none yet.</p>}
      <ul aria-label="Alert addresses" className="divide-y divide-line">
        {data?.map((address) => (
          <AddressItem key={address.id} address={address} isAdmin={isAdmin} />
        ))}
      </ul>
      {isAdmin && <AddAddress />}
    </Card>
  );
}

function AddressItem({ address, isAdmin }: { address: AlertAddressView; isAdmin: boolean }) {
  const { email, is_verified: isVerified } = address;
  const Icon = isVerified ? BadgeCheck : MailWarning;
  return (
    <li className="flex flex-wrap items-center justify-between gap-3 py-3">
      <div className="min-w-0 flex-1 basis-48">
        <p className="font-medium">{email}</p>
        <p className={`flex items-center gap-1.5 ${isVerified ? "text-up" : "text-warn"}`}>
          <Icon aria-hidden className="size-4 shrink-0" />
          {isVerified ? "Confirmed" : "Not confirmed yet"}
        </p>
      </div>
      {isAdmin && (
        <div className="flex flex-wrap gap-2">
          {!isVerified && <SendAgain address={address} />}
          <Remove address={address} />
        </div>
      )}
    </li>
  );
}

function SendAgain({ address: { id, email } }: { address: AlertAddressView }) {
  const queries = useQueryClient();
  const sending = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/alert-addresses/{id}/resend", { params: { path: { id } } })),
    onSuccess: () => tell(`Another mail is on its way to ${email}. The link in the earlier one is worthless now.`),
    onError(error) {
      tellError(error);
      // It may be confirmed, or gone.
      void queries.invalidateQueries({ queryKey: addressesQuery.queryKey });
    },
  });
  return (
    <Button isBusy={sending.isPending} onClick={() => sending.mutate()} aria-label={`Send again to ${email}`}>
      Send again
    </Button>
  );
}

function Remove({ address: { id, email } }: { address: AlertAddressView }) {
  const queries = useQueryClient();
  const finish = () => {
    void queries.invalidateQueries({ queryKey: addressesQuery.queryKey });
    tell(`${email} gets no more alerts.`);
  };
  return (
    <Confirm
      label="Remove"
      accessibleName={`Remove ${email}`}
      title={`Remove ${email}?`}
      confirm="Remove it"
      onConfirm={() => ask(api.DELETE("/api/v1/alert-addresses/{id}", { params: { path: { id } } }))}
      onDone={finish}
    >
      It gets no more alerts, not even those that wait to be sent.
    </Confirm>
  );
}

function AddAddress() {
  const queries = useQueryClient();
  const form = useApiForm(alertAddressCreateSchema, { email: "" });
  return (
    <Form
      form={form}
      submit="Add the address"
      send={async (body) => {
        const added = await ask(api.POST("/api/v1/alert-addresses", { body }));
        queries.setQueryData(addressesQuery.queryKey, (old) => [added, ...(old ?? [])]);
        form.reset();
        tell(`A mail asks ${added.email} to confirm.`);
      }}
    >
      <InputField label="E-mail address" type="email" autoComplete="off" {...form.fieldOf("email")} />
    </Form>
  );
}
