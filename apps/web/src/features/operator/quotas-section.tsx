import type { OperatorWorkspaceView } from "@pulsecheck/shared/operator-workspace";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { LoadMore } from "../../components/ui/load-more.tsx";
import { Card } from "../../components/ui/page.tsx";
import { SearchBox } from "../../components/ui/search-box.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { Time } from "../../components/ui/time.tsx";
import { formatCount } from "../../lib/format.ts";
import { useSettled } from "../../lib/settled.ts";
import { workspacesQuery } from "./operator-queries.ts";
import { QuotaForm, QUOTA_OF, type Defaults } from "./quota-form.tsx";

/** All workspaces: how much is in each, and how much may be. */
export function QuotasSection() {
  const [q, setText] = useState("");
  const query = useInfiniteQuery(workspacesQuery(useSettled(q, 250)));
  const pages = query.data?.pages ?? [];
  return (
    <Card title="Workspaces">
      <div role="search" aria-label="Workspaces" className="flex">
        <SearchBox label="Search workspaces" value={q} onChange={setText} />
      </div>
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.isLoading && <Loading what="workspaces" />}
      {query.isSuccess && pages.every(({ items }) => items.length === 0) && (
        <p className="text-muted">No workspace is like that.</p>
      )}
      <ul aria-label="Workspaces" className="divide-y divide-line" aria-busy={query.isPlaceholderData}>
        {pages.flatMap(({ items, defaults }) =>
          items.map((workspace) => <WorkspaceItem key={workspace.id} workspace={workspace} defaults={defaults} />),
        )}
      </ul>
      <LoadMore query={query} end="That was the last one." />
    </Card>
  );
}

type Props = { workspace: OperatorWorkspaceView; defaults: Defaults };

function WorkspaceItem({ workspace, defaults }: Props) {
  const { name, owner_email, created_at, heartbeats, readings } = workspace;
  const [isOpen, setOpen] = useState(false);
  return (
    <li className="grid gap-1 py-3 [overflow-wrap:anywhere]">
      <p className="font-medium">{name}</p>
      <p className="text-muted">
        {owner_email === null ? "Shared" : `Of ${owner_email}`} · since <Time at={created_at} />
        {heartbeats > 0 && ` · ${formatCount(heartbeats)} heartbeats`}
        {readings > 0 && ` · ${formatCount(readings)} readings`}
      </p>
      <dl className="flex flex-wrap gap-x-6 gap-y-1">
        {Object.entries(QUOTA_OF).map(([what, field]) => (
          <Count
            key={what}
            what={what}
            count={workspace[what as keyof typeof QUOTA_OF]}
            most={workspace[field] ?? defaults[field]}
          />
        ))}
      </dl>
      <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary className="w-fit cursor-pointer text-accent" aria-label={`Quotas of ${name}`}>
          Quotas
        </summary>
        {isOpen && <QuotaForm workspace={workspace} defaults={defaults} />}
      </details>
    </li>
  );
}

function Count({ what, count, most }: { what: string; count: number; most: number | null }) {
  const isFull = most !== null && count >= most;
  return (
    <div className="flex gap-1">
      <dt className="text-muted">{what}</dt>
      <dd className={isFull ? "font-medium text-warn" : ""}>
        {formatCount(count)}
        {most !== null && ` of ${formatCount(most)}`}
      </dd>
    </div>
  );
}
