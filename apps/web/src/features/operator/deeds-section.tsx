import { useInfiniteQuery } from "@tanstack/react-query";
import { LoadMore } from "../../components/ui/load-more.tsx";
import { Card } from "../../components/ui/page.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { AuditEntry } from "../audit/audit-entry.tsx";
import { deedsQuery } from "./operator-queries.ts";

/** What operators did to the instance. */
export function DeedsSection() {
  const query = useInfiniteQuery(deedsQuery);
  const entries = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Card title="What operators did">
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.isLoading && <Loading what="the audit log" />}
      {query.isSuccess && entries.length === 0 && <p className="text-muted">Nothing so far.</p>}
      <ul aria-label="Changes" className="divide-y divide-line">
        {entries.map((entry) => (
          <AuditEntry key={entry.id} entry={entry} />
        ))}
      </ul>
      <LoadMore query={query} end="That was the first change." />
    </Card>
  );
}
