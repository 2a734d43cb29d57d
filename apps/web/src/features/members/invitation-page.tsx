import type { ReceivedInvitation } from "@pulsecheck/shared/invitation";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useLocation } from "@tanstack/react-router";
import { Button, buttonClass } from "../../components/ui/button.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { Time } from "../../components/ui/time.tsx";
import { tellError } from "../../components/ui/toasts.tsx";
import { api, ApiError, ask } from "../../lib/api.ts";
import { AccountFrame } from "../account/account-frame.tsx";
import { ROLE_WORDS } from "../account/role-words.ts";
import { logOut, meQuery, tellLogin } from "../account/session.ts";
import { openWorkspace } from "./own-workspaces.ts";

const route = getRouteApi("/invitation");

/** Where an invitation's link leads. To look at it changes nothing: only the click joins. */
export function InvitationPage() {
  const { token } = route.useSearch();
  const { data, error, refetch } = useQuery({
    queryKey: ["invitation", token],
    queryFn: () => ask(api.POST("/auth/invitation", { body: { token } })),
    staleTime: Infinity,
  });
  if (data !== undefined) return <Invited token={token} invitation={data} />;
  if (error instanceof ApiError && error.status === 400) return <Worthless />;
  return (
    <AccountFrame title="Your invitation">
      {error ? <Failed error={error} retry={() => void refetch()} /> : <Loading what="the invitation" />}
    </AccountFrame>
  );
}

function Worthless() {
  return (
    <AccountFrame title="This invitation is over">
      <p>
        It was used already, taken back or replaced by a later one, or it is older than 7 days. Ask for another one.
      </p>
      <p>
        <Link to="/" className="font-medium text-accent underline">
          To your monitors
        </Link>
      </p>
    </AccountFrame>
  );
}

function Invited({ token, invitation }: { token: string; invitation: ReceivedInvitation }) {
  const { email, role, workspace_name, invited_by, expires_at } = invitation;
  const me = useQuery(meQuery);
  return (
    <AccountFrame title={`Join ${workspace_name}`}>
      <p>
        {invited_by} invites {email} to the workspace {workspace_name}.
      </p>
      <p>{ROLE_WORDS[role]}.</p>
      <p className="text-muted">
        Good until <Time at={expires_at} />.
      </p>
      {me.isPending && <Loading what="your account" />}
      {me.isError &&
        (isLoggedOut(me.error) ? <LogInFirst /> : <Failed error={me.error} retry={() => void me.refetch()} />)}
      {me.isSuccess &&
        (me.data.email.toLowerCase() === email ? <Join token={token} /> : <SomebodyElse email={me.data.email} />)}
    </AccountFrame>
  );
}

function isLoggedOut(error: Error): boolean {
  return error instanceof ApiError && error.status === 401;
}

function Join({ token }: { token: string }) {
  const joining = useMutation({
    mutationFn: () => ask(api.POST("/users/me/invitations/accept", { body: { token } })),
    onSuccess: openWorkspace,
  });
  return (
    <>
      {joining.error && <Failed error={joining.error} />}
      <Button
        look="primary"
        className="justify-self-start"
        isBusy={joining.isPending || joining.isSuccess}
        onClick={() => joining.mutate()}
      >
        Join the workspace
      </Button>
    </>
  );
}

function LogInFirst() {
  const next = useLocation({ select: ({ href }) => href });
  return (
    <>
      <p>Log in with this address to join, or create an account for it.</p>
      <p className="flex flex-wrap gap-2">
        <Link to="/login" search={{ next }} className={buttonClass("primary")}>
          Log in
        </Link>
        <Link to="/register" search={{ next }} className={buttonClass()}>
          Create an account
        </Link>
      </p>
    </>
  );
}

function SomebodyElse({ email }: { email: string }) {
  const queries = useQueryClient();
  const leaving = useMutation({
    mutationFn: logOut,
    onSuccess() {
      tellLogin();
      return queries.resetQueries({ queryKey: meQuery.queryKey });
    },
    onError: tellError,
  });
  return (
    <>
      <p>You are logged in as {email}. To join, log in as whom it is for.</p>
      <Button className="justify-self-start" isBusy={leaving.isPending} onClick={() => leaving.mutate()}>
        Log out
      </Button>
    </>
  );
}
