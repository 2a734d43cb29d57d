import type { OperatorUserView } from "@pulsecheck/shared/operator-user";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button } from "../../components/ui/button.tsx";
import { Confirm } from "../../components/ui/confirm.tsx";
import { tell, tellError } from "../../components/ui/toasts.tsx";
import { api, ask } from "../../lib/api.ts";
import { meQuery } from "../account/session.ts";
import { USERS } from "./operator-queries.ts";

type Props = { user: OperatorUserView; isMe: boolean };

/** What an operator may do about somebody's account. */
export function UserActions({ user, isMe }: Props) {
  return (
    <div className="flex flex-wrap gap-2">
      {user.is_active && <ResetPassword user={user} />}
      <OperatorRight user={user} isMe={isMe} />
      {!isMe && (user.is_active ? <Disable user={user} /> : <Enable user={user} />)}
    </div>
  );
}

type Change = { is_active: boolean } | { is_superuser: boolean };

const change = (id: string, body: Change) =>
  ask(api.PATCH("/api/v1/operator/users/{id}", { params: { path: { id } }, body }));

function useDone() {
  const queries = useQueryClient();
  return (words: string) => {
    void queries.invalidateQueries({ queryKey: USERS });
    tell(words);
  };
}

function ResetPassword({ user: { id, email } }: { user: OperatorUserView }) {
  const sending = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/operator/users/{id}/reset-password", { params: { path: { id } } })),
    onSuccess: () => tell(`A link to set a new password is on its way to ${email}.`),
    onError: tellError,
  });
  return (
    <Button isBusy={sending.isPending} onClick={() => sending.mutate()} aria-label={`Send reset link to ${email}`}>
      Send reset link
    </Button>
  );
}

function OperatorRight({ user: { id, email, is_superuser: isOperator }, isMe }: Props) {
  const done = useDone();
  const queries = useQueryClient();
  const finish = () => {
    done(isOperator ? `${email} is no operator any more.` : `${email} is an operator now.`);
    if (isMe) void queries.invalidateQueries({ queryKey: meQuery.queryKey });
  };
  return (
    <Confirm
      label={isOperator ? "Take operator right" : "Make operator"}
      accessibleName={isOperator ? `Take operator right of ${email}` : `Make operator of ${email}`}
      title={isOperator ? `Take the operator right of ${email}?` : `Make ${email} an operator?`}
      confirm={isOperator ? "Take it" : "Make them an operator"}
      onConfirm={() => change(id, { is_superuser: !isOperator })}
      onDone={finish}
    >
      {isOperator
        ? "They keep their account and their workspaces."
        : "Operators see all accounts and workspaces of this instance by name, disable accounts, and set quotas."}
    </Confirm>
  );
}

function Disable({ user: { id, email } }: { user: OperatorUserView }) {
  const done = useDone();
  return (
    <Confirm
      label="Disable"
      accessibleName={`Disable ${email}`}
      title={`Disable ${email}?`}
      confirm="Disable the account"
      onConfirm={() => change(id, { is_active: false })}
      onDone={() => done(`${email} is disabled.`)}
    >
      They are logged out everywhere at once, and all API keys that they made end for good. What they watch goes on.
    </Confirm>
  );
}

function Enable({ user: { id, email } }: { user: OperatorUserView }) {
  const done = useDone();
  const enabling = useMutation({
    mutationFn: () => change(id, { is_active: true }),
    onSuccess: () => done(`${email} may log in again.`),
    onError: tellError,
  });
  return (
    <Button isBusy={enabling.isPending} onClick={() => enabling.mutate()} aria-label={`Enable ${email}`}>
      Enable
    </Button>
  );
}
