import type { MonitorKind } from "@pulsecheck/shared/monitor";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { CheckboxField } from "../../components/ui/field.tsx";
import { LoadMore } from "../../components/ui/load-more.tsx";
import { Card } from "../../components/ui/page.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { CheckRow, RunRow } from "./check-row.tsx";
import { KIND_WORDS } from "./kind-words.ts";
import { checksQuery, type ChecksKind } from "./monitor-queries.ts";

/** Every check of a monitor, the latest first; new ones appear as they are made. */
export function CheckLog({ id, kind }: { id: string; kind: MonitorKind }) {
  const [which, setWhich] = useState<ChecksKind>("all");
  const query = useInfiniteQuery(checksQuery(id, which));
  const words = KIND_WORDS[kind];
  const checks = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const failedOnly = (
    <CheckboxField
      label="Failed only"
      checked={which === "failed"}
      onChange={({ target }) => setWhich(target.checked ? "failed" : "all")}
    />
  );
  return (
    <Card title={words.checks} actions={failedOnly}>
      {query.isLoading && <Loading what={words.checks.toLowerCase()} />}
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && checks.length === 0 && (
        <p className="text-muted">{which === "failed" ? words.noneFailed : words.none}</p>
      )}
      {checks.length > 0 && (
        <table className="w-full table-fixed">
          <thead className="text-left text-xs text-muted">
            <tr>
              <Head label="Time" width="w-58 max-sm:w-28" />
              <Head label="Result" />
              <Head label={words.time} width="w-20 text-right" />
              {kind === "http" && (
                <>
                  <Head label="HTTP" width="w-14 text-right max-sm:hidden" />
                  <Head label="Address" width="w-36 pl-4 max-md:hidden" />
                  <Head label="Kind" width="w-24 max-md:hidden" />
                </>
              )}
            </tr>
          </thead>
          <tbody>
            {checks.map((check) =>
              kind === "cron" ? <RunRow key={check.id} check={check} /> : <CheckRow key={check.id} check={check} />,
            )}
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
