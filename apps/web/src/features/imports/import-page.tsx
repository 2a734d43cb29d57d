import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Card, Page } from "../../components/ui/page.tsx";
import { Empty, Failed, Loading } from "../../components/ui/states.tsx";
import { Time } from "../../components/ui/time.tsx";
import { useMayWrite } from "../account/workspace.ts";
import { importQuery, importsQuery, sendImport, useImportFrames, type Source } from "./import-queries.ts";
import { ImportResult } from "./import-result.tsx";
import { ImportSource } from "./import-source.tsx";
import { describeOutcome, KINDS } from "./import-words.ts";

/** Monitors and readings out of files: first what it would do, then it. */
export function ImportPage() {
  const mayWrite = useMayWrite();
  return (
    <Page title="Import">
      {mayWrite === null && <Loading what="the workspace" />}
      {mayWrite === false && <Empty title="Only those who may change monitors can import them" />}
      {mayWrite === true && <Import />}
    </Page>
  );
}

function Import() {
  const queries = useQueryClient();
  const [source, setSource] = useState<Source | null>(null);
  const sending = useMutation({
    mutationFn: ({ what, isDryRun }: { what: Source; isDryRun: boolean }) => sendImport(what, isDryRun),
    onSuccess: (view) => {
      queries.setQueryData(importQuery(view.id).queryKey, (known) => known ?? view);
      void queries.invalidateQueries({ queryKey: importsQuery.queryKey });
    },
  });
  useImportFrames();
  const send = (what: Source, isDryRun: boolean) => {
    setSource(what);
    sending.mutate({ what, isDryRun });
  };
  return (
    <>
      <div className="grid items-start gap-5 lg:grid-cols-2">
        <ImportSource isBusy={sending.isPending} check={(what) => send(what, true)} onChange={sending.reset} />
        {sending.isError && <Failed error={sending.error} />}
        {sending.data !== undefined && (
          <ImportResult
            id={sending.data.id}
            isBusy={sending.isPending}
            importIt={() => source !== null && send(source, false)}
          />
        )}
      </div>
      <Earlier />
    </>
  );
}

function Earlier() {
  const { data: imports, error, refetch } = useQuery(importsQuery);
  if (error !== null) return <Failed error={error} retry={() => void refetch()} />;
  if (imports === undefined || imports.length === 0) return null;
  return (
    <Card title="Latest imports">
      <ul aria-label="Latest imports" className="divide-y divide-line">
        {imports.map((one) => (
          <li key={one.id} className="flex flex-wrap justify-between gap-x-3 py-2">
            <span className="min-w-0 break-all">
              <span className="font-medium">{one.name}</span>{" "}
              <span className="text-muted">{KINDS[one.kind].label}</span>
            </span>
            <span>
              {one.finished_at === null ? "Under way" : describeOutcome(one)},{" "}
              <span className="text-muted">
                <Time at={one.created_at} />
              </span>
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
