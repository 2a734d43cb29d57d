import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { CheckboxField } from "../../components/ui/field.tsx";
import { LoadMore } from "../../components/ui/load-more.tsx";
import { Card } from "../../components/ui/page.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { CheckRow } from "./check-row.tsx";
import { checksQuery, type ChecksKind } from "./monitor-queries.ts";

/** Every check of a monitor, the latest first; new ones appear as they are made. */
export function CheckLog({ id }: { id: string }) {
  const [kind, setKind] = useState<ChecksKind>("all");
  const query = useInfiniteQuery(checksQuery(id, kind));
  const checks = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const failedOnly = (
    <CheckboxField
      label="Failed only"
      checked={kind === "failed"}
      onChange={({ target }) => setKind(target.checked ? "failed" : "all")}
    />
  );
  return (
    <Card title="Checks" actions={failedOnly}>
      {query.isLoading && <Loading what="checks" />}
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && checks.length === 0 && (
        <p className="text-muted">{kind === "failed" ? "No check has failed." : "Nothing has been checked yet."}</p>
      )}
      {checks.length > 0 && (
        <table className="w-full table-fixed">
          <thead className="text-left text-xs text-muted">
            <tr>
              <Head label="Time" width="w-58 max-sm:w-28" />
              <Head label="Result" />
              <Head label="Latency" width="w-20 text-right" />
              <Head label="HTTP" width="w-14 text-right max-sm:hidden" />
              <Head label="Address" width="w-36 pl-4 max-md:hidden" />
              <Head label="Kind" width="w-24 max-md:hidden" />
            </tr>
          </thead>
          <tbody>
            {checks.map((check) => (
              <CheckRow key={check.id} check={check} />
            ))}
          </tbody>
        </table>
      )}
      <LoadMore query={query} />
    </Card>
  );
}

function Head({ label, width = "" }: { label: string; width?: string }) {
  return (
    <th scope="col" className={`py-1 font-medium ${width}`}>
      {label}
    </th>
  );
}
