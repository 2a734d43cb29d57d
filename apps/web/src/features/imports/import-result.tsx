import type { ImportRemark, ImportView } from "@pulsecheck/shared/import";
import { useQuery } from "@tanstack/react-query";
import { Button } from "../../components/ui/button.tsx";
import { HeadCell } from "../../components/ui/head-cell.tsx";
import { Card } from "../../components/ui/page.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { formatCount } from "../../lib/format.ts";
import { importQuery } from "./import-queries.ts";
import { describeCount, describeOutcome, describeRest } from "./import-words.ts";
import { saveRemarks } from "./save-remarks.ts";

type Props = { id: string; isBusy: boolean; importIt(): void };

/** How far an import is, and what became of it. After a dry run it leads on. */
export function ImportResult({ id, isBusy, importIt }: Props) {
  const { data: view, error, refetch } = useQuery(importQuery(id));
  if (error !== null) return <Failed error={error} retry={() => void refetch()} />;
  if (view === undefined) return <Loading what="the import" />;
  const isReady = view.is_dry_run && view.state === "DONE" && view.created + view.updated > 0;
  return (
    <Card title={view.is_dry_run ? "What it would do" : "What it has done"}>
      {view.finished_at === null ? <Running view={view} /> : <p role="status">{describeOutcome(view)}.</p>}
      {isReady && (
        <Button look="primary" className="justify-self-start" isBusy={isBusy} onClick={importIt}>
          Import {describeCount(view.created + view.updated, "row")}
        </Button>
      )}
      <Remarks title="Errors" of={view.name} remarks={view.errors} count={view.error_count} />
      <Remarks title="Warnings" of={view.name} remarks={view.warnings} count={view.warning_count} />
    </Card>
  );
}

function Running({ view: { rows, rows_done: done, state } }: { view: ImportView }) {
  return (
    <div className="grid gap-2">
      <p role="status">{state === "QUEUED" ? "Waiting for a worker" : "Running"}</p>
      <progress
        aria-label="Progress"
        className="w-full accent-accent"
        max={rows ?? 1}
        value={rows === null ? 0 : done}
      />
      {rows !== null && (
        <p className="text-muted">
          {formatCount(done)} of {describeCount(rows, "row")}
        </p>
      )}
    </div>
  );
}

/** So many are shown; whoever mends more of them does so beside a table. */
const SHOWN = 100;

type RemarksProps = { title: string; of: string; remarks: readonly ImportRemark[]; count: number };

function Remarks({ title, of, remarks, count }: RemarksProps) {
  if (count === 0) return null;
  const shown = remarks.slice(0, SHOWN);
  return (
    <section aria-label={title} className="grid gap-1">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h3 className="font-medium">
          {title} ({formatCount(count)})
        </h3>
        <Button look="quiet" onClick={() => saveRemarks(`${of}-${title.toLowerCase()}.csv`, remarks)}>
          Save the {title.toLowerCase()} as CSV
        </Button>
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so it must be reachable */}
      <div className="overflow-x-auto" role="region" aria-label={`${title}, row by row`} tabIndex={0}>
        <table className="w-full text-left">
          <thead>
            <tr className="border-b border-line text-muted">
              <HeadCell label="Row" look="pr-3 whitespace-nowrap" />
              <HeadCell label="Column" look="pr-3" />
              <HeadCell label="What it says" />
            </tr>
          </thead>
          <tbody>
            {shown.map(({ row, column, detail }, i) => (
              // oxlint-disable-next-line react/no-array-index-key -- they never move, and two may be the same
              <tr key={i} className="border-b border-line align-top">
                <td className="py-1 pr-3 tabular-nums">{row ?? "-"}</td>
                <td className="py-1 pr-3 font-mono break-all">{column ?? "-"}</td>
                <td className="py-1 break-words">{detail}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {count > shown.length && <p className="text-muted">{describeRest(shown.length, remarks.length, count)}</p>}
    </section>
  );
}
