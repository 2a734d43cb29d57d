import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ExportButtons } from "../../components/ui/export-buttons.tsx";
import { LoadMore } from "../../components/ui/load-more.tsx";
import { Card } from "../../components/ui/page.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { useSettled } from "../../lib/settled.ts";
import { AuditEntry } from "../audit/audit-entry.tsx";
import { auditFilters } from "../audit/audit-query.ts";
import type { AuditSearch } from "../audit/audit-search.ts";
import { AuditToolbar } from "../audit/audit-toolbar.tsx";
import { DEEDS } from "../audit/audit-words.ts";
import { deedsQuery, usersQuery } from "./operator-queries.ts";

/** What operators did to the instance. */
export function DeedsSection() {
  const [search, setSearch] = useState<AuditSearch>({});
  const query = useInfiniteQuery(deedsQuery(useSettled(search, 250)));
  const operators = useInfiniteQuery(usersQuery({ q: "", filter: "operators" })).data?.pages.flatMap(
    (page) => page.items,
  );
  const entries = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Card
      title="What operators did"
      actions={<ExportButtons label="changes" what="operator-audit" filters={() => auditFilters(search)} />}
    >
      <AuditToolbar
        search={search}
        subjects={DEEDS}
        people={(operators ?? []).map(({ id, email }) => [id, email])}
        onChange={setSearch}
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
