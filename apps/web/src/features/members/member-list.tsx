import type { MemberView } from "@pulsecheck/shared/member";
import { MEMBER_ROLES, type MemberRole } from "@pulsecheck/shared/role";
import { infiniteQueryOptions, useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Confirm } from "../../components/ui/confirm.tsx";
import { LoadMore } from "../../components/ui/load-more.tsx";
import { Menu } from "../../components/ui/menu.tsx";
import { Card } from "../../components/ui/page.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { Time } from "../../components/ui/time.tsx";
import { tell, tellError } from "../../components/ui/toasts.tsx";
import { api, ask } from "../../lib/api.ts";
import { useMe } from "../account/session.ts";

/** The people of the workspace. */
export const membersQuery = infiniteQueryOptions({
  queryKey: ["members"],
  queryFn: ({ pageParam: cursor }) =>
    ask(api.GET("/api/v1/members", { params: { query: cursor === undefined ? {} : { cursor } } })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
  // They accept, leave and change elsewhere.
  refetchOnMount: "always",
  refetchOnWindowFocus: "always",
});

export function MemberList({ workspaceName, isAdmin }: { workspaceName: string; isAdmin: boolean }) {
  const query = useInfiniteQuery(membersQuery);
  return (
    <Card title={`Members of ${workspaceName}`}>
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.isLoading && <Loading what="members" />}
      <ul aria-label="Members" className="divide-y divide-line">
        {query.data?.pages.flatMap(({ items }) =>
          items.map((member) => <MemberItem key={member.user_id} member={member} isAdmin={isAdmin} />),
        )}
      </ul>
      <LoadMore query={query} end="That was everybody." />
    </Card>
  );
}

function MemberItem({ member, isAdmin }: { member: MemberView; isAdmin: boolean }) {
  const { user_id, email, first_name, last_name, role, is_owner: isOwner, is_active: isActive, joined_at } = member;
  const isMe = useMe().id === user_id;
  return (
    <li className="flex flex-wrap items-center justify-between gap-3 py-3">
      <div className="min-w-0 flex-1 basis-48">
        <p className="font-medium">
          {first_name} {last_name}
          {isMe && <span className="ml-2 rounded bg-up-soft px-1.5 text-xs text-up">You</span>}
        </p>
        <p>{email}</p>
        <p className="text-muted">
          {role}
          {isOwner && " · owner"}
          {!isActive && " · deactivated"} · since <Time at={joined_at} />
        </p>
      </div>
      {isAdmin && !isMe && !isOwner && (
        <div className="flex flex-wrap gap-2">
          <RoleMenu member={member} />
          <Remove member={member} />
        </div>
      )}
    </li>
  );
}

function RoleMenu({ member: { user_id, email, role } }: { member: MemberView }) {
  const queries = useQueryClient();
  const changing = useMutation({
    mutationFn: (next: MemberRole) =>
      ask(api.PATCH("/api/v1/members/{user_id}", { params: { path: { user_id } }, body: { role: next } })),
    onSuccess: (changed) => tell(`${email} is ${changed.role} now.`),
    onError: tellError,
    onSettled: () => queries.invalidateQueries({ queryKey: membersQuery.queryKey }),
  });
  const shown = changing.isPending ? changing.variables : role;
  const roles = MEMBER_ROLES.map((one) => [one, one] as const);
  return (
    <Menu<string>
      label={`Role of ${email}`}
      value={shown}
      options={roles}
      onChange={(next) => changing.mutate(next as MemberRole)}
    />
  );
}

function Remove({ member: { user_id, email } }: { member: MemberView }) {
  const queries = useQueryClient();
  const finish = () => {
    void queries.invalidateQueries({ queryKey: membersQuery.queryKey });
    tell(`${email} is no member any more.`);
  };
  return (
    <Confirm
      label="Remove"
      accessibleName={`Remove ${email}`}
      title={`Remove ${email}?`}
      confirm="Remove them"
      onConfirm={() => ask(api.DELETE("/api/v1/members/{user_id}", { params: { path: { user_id } } }))}
      onDone={finish}
    >
      They see nothing of this workspace from that moment on, and the API keys that they made in it end for good. What
      they made stays; alerts that only they would get go to the admins.
    </Confirm>
  );
}
