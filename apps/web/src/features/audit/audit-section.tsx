import { roleAllows } from "@pulsecheck/shared/role";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { ExportButtons } from "../../components/ui/export-buttons.tsx";
import { LoadMore } from "../../components/ui/load-more.tsx";
import { Card } from "../../components/ui/page.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { workspaceQuery } from "../account/workspace.ts";
import { membersQuery } from "../members/member-list.tsx";
import { AuditEntry } from "./audit-entry.tsx";
import { auditFilters, auditQuery } from "./audit-query.ts";
import { auditSearch } from "./audit-search.ts";
import { AuditToolbar } from "./audit-toolbar.tsx";
import { SUBJECTS } from "./audit-words.ts";

const route = getRouteApi("/inside/settings");

/** Who changed what in the workspace. For admins. */
export function AuditSection() {
  const { data: workspace, error, refetch } = useQuery(workspaceQuery);
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (workspace === undefined) return <Loading what="the audit log" />;
  if (roleAllows(workspace.role, "admin")) return <AuditLog />;
  return (
    <Card title="Audit log">
      <p className="text-muted">Only admins of this workspace may read it. Your role here is {workspace.role}.</p>
    </Card>
  );
}

function AuditLog() {
  const search = auditSearch(route.useSearch());
  const navigate = useNavigate();
  const members = useInfiniteQuery(membersQuery).data?.pages.flatMap(({ items }) => items) ?? [];
  const query = useInfiniteQuery(auditQuery(search));
  const entries = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Card
      title="Audit log"
      actions={<ExportButtons label="changes" what="audit" filters={() => auditFilters(search)} />}
    >
      <AuditToolbar
        search={search}
        subjects={SUBJECTS}
        people={members.map(({ user_id: id, email }) => [id, email])}
        onChange={(next) => void navigate({ to: "/settings", search: { section: "audit", ...next }, replace: true })}
      />
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.isLoading && <Loading what="the audit log" />}
      {query.isSuccess && entries.length === 0 && <p className="text-muted">No change is like that.</p>}
      <ul aria-label="Changes" className="divide-y divide-line" aria-busy={query.isPlaceholderData}>
        {entries.map((entry) => (
          <AuditEntry key={entry.id} entry={entry} />
        ))}
      </ul>
      <LoadMore query={query} end="That was the first change." />
    </Card>
  );
}
