import type { OperatorUserView } from "@pulsecheck/shared/operator-user";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { LoadMore } from "../../components/ui/load-more.tsx";
import { Menu } from "../../components/ui/menu.tsx";
import { Card } from "../../components/ui/page.tsx";
import { SearchBox } from "../../components/ui/search-box.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { Time } from "../../components/ui/time.tsx";
import { useSettled } from "../../lib/settled.ts";
import { useMe } from "../account/session.ts";
import { MakeAdmin } from "./make-admin.tsx";
import { usersQuery, userQuery, type UserFilter } from "./operator-queries.ts";
import { UserActions } from "./user-actions.tsx";

const FILTERS: readonly (readonly [UserFilter, string])[] = [
  ["all", "Everybody"],
  ["active", "Active"],
  ["disabled", "Disabled"],
  ["operators", "Operators"],
];

/** Everybody who has an account. */
export function UsersSection() {
  const [search, setSearch] = useState<{ q: string; filter: UserFilter }>({ q: "", filter: "all" });
  const query = useInfiniteQuery(usersQuery(useSettled(search, 250)));
  const users = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Card title="Users">
      <div role="search" aria-label="Users" className="flex flex-wrap items-center gap-2">
        <SearchBox label="Search users" value={search.q} onChange={(q) => setSearch({ ...search, q })} />
        <Menu
          label="Show"
          value={search.filter}
          options={FILTERS}
          onChange={(filter) => setSearch({ ...search, filter })}
        />
      </div>
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.isLoading && <Loading what="users" />}
      {query.isSuccess && users.length === 0 && <p className="text-muted">Nobody is like that.</p>}
      <ul aria-label="Users" className="divide-y divide-line" aria-busy={query.isPlaceholderData}>
        {users.map((user) => (
          <UserItem key={user.id} user={user} />
        ))}
      </ul>
      <LoadMore query={query} end="That was everybody." />
    </Card>
  );
}

function UserItem({ user }: { user: OperatorUserView }) {
  const { id, email, first_name, last_name, last_login_at, session_count, workspace_count } = user;
  const isMe = useMe().id === id;
  const badge = "ml-2 rounded px-1.5 text-xs";
  return (
    <li className="flex flex-wrap items-start justify-between gap-3 py-3">
      <div className="min-w-0 flex-1 basis-60 [overflow-wrap:anywhere]">
        <p className="font-medium">
          {first_name} {last_name}
          {isMe && <span className={`${badge} bg-up-soft text-up`}>You</span>}
          {user.is_superuser && <span className={`${badge} bg-sunken`}>Operator</span>}
          {!user.is_active && <span className={`${badge} bg-down-soft text-down`}>Disabled</span>}
        </p>
        <p>
          {email}
          {!user.is_verified && <span className="text-muted"> · not confirmed</span>}
        </p>
        <p className="text-muted">
          {last_login_at === null ? (
            "Never logged in"
          ) : (
            <>
              Last login <Time at={last_login_at} />
            </>
          )}{" "}
          · {session_count === 1 ? "1 session" : `${session_count} sessions`}
        </p>
        <Workspaces user={user} count={workspace_count} />
      </div>
      <UserActions user={user} isMe={isMe} />
    </li>
  );
}

function Workspaces({ user, count }: { user: OperatorUserView; count: number }) {
  const [isOpen, setOpen] = useState(false);
  const { data, error, refetch } = useQuery({ ...userQuery(user.id), enabled: isOpen });
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary className="w-fit cursor-pointer text-accent">
        {count === 1 ? "1 workspace" : `${count} workspaces`}
      </summary>
      {error && <Failed error={error} retry={() => void refetch()} />}
      <ul className="mt-1 grid gap-1">
        {data?.workspaces.map((workspace) => (
          <li key={workspace.id} className="flex flex-wrap items-center gap-2">
            <span>
              {workspace.name} <span className="text-muted">· {workspace.role}</span>
              {workspace.is_personal && <span className="text-muted"> · their own</span>}
            </span>
            {workspace.role !== "ADMIN" && <MakeAdmin user={user} workspace={workspace} />}
          </li>
        ))}
      </ul>
    </details>
  );
}
