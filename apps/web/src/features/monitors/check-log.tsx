import type { MonitorKind } from "@pulsecheck/shared/monitor";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Choice } from "../../components/ui/choice.tsx";
import { ExportButtons } from "../../components/ui/export-buttons.tsx";
import { HeadCell } from "../../components/ui/head-cell.tsx";
import { LoadMore } from "../../components/ui/load-more.tsx";
import { Card } from "../../components/ui/page.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { CheckRow, RunRow } from "./check-row.tsx";
import { KIND_WORDS } from "./kind-words.ts";
import { CHECK_FILTERS, checksQuery, type ChecksKind } from "./monitor-queries.ts";

const CHOICES: Record<ChecksKind, string> = { all: "All", failed: "Failed", unusual: "Unusual" };

/** Every check of a monitor, the latest first; new ones appear as they are made. */
export function CheckLog({ id, kind }: { id: string; kind: MonitorKind }) {
  const [which, setWhich] = useState<ChecksKind>("all");
  const query = useInfiniteQuery(checksQuery(id, which));
  const words = KIND_WORDS[kind];
  const checks = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const actions = (
    <div className="flex flex-wrap items-center gap-3">
      <Choice label={`Which ${words.checks.toLowerCase()}`} words={CHOICES} value={which} onChange={setWhich} />
      <ExportButtons
        label={words.checks.toLowerCase()}
        what="checks"
        filters={() => ({ monitor_id: id, ...CHECK_FILTERS[which] })}
      />
    </div>
  );
  return (
    <Card title={words.checks} actions={actions}>
      {query.isLoading && <Loading what={words.checks.toLowerCase()} />}
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && checks.length === 0 && (
        <p className="text-muted">{{ all: words.none, failed: words.noneFailed, unusual: words.noneUnusual }[which]}</p>
      )}
      {checks.length > 0 && (
        <table className="w-full table-fixed">
          <Columns kind={kind} />
          <thead className="text-left text-xs text-muted">
            <tr>
              <HeadCell label="Time" />
              <HeadCell label="Result" />
              <HeadCell label={words.time} look="text-right" />
              {kind === "http" && (
                <>
                  <HeadCell label="HTTP" look="text-right max-sm:hidden" />
                  <HeadCell label="Address" look="pl-4 max-md:hidden" />
                  <HeadCell label="Kind" look="max-md:hidden" />
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

/** Those that are hidden on a small screen would take their part of it again below a row that is open. */
function Columns({ kind }: { kind: MonitorKind }) {
  return (
    <colgroup>
      <col className="w-58 max-sm:w-28" />
      <col />
      <col className="w-20" />
      {kind === "http" && (
        <>
          <col className="w-14 max-sm:w-px" />
          <col className="w-36 max-md:w-px" />
          <col className="w-24 max-md:w-px" />
        </>
      )}
    </colgroup>
  );
}
