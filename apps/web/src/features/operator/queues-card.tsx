import type { QueueStatus } from "@pulsecheck/shared/instance-status";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button } from "../../components/ui/button.tsx";
import { HeadCell } from "../../components/ui/head-cell.tsx";
import { Card } from "../../components/ui/page.tsx";
import { ScrollRegion } from "../../components/ui/numbers-behind.tsx";
import { Time } from "../../components/ui/time.tsx";
import { tell, tellError } from "../../components/ui/toasts.tsx";
import { api, ask } from "../../lib/api.ts";
import { capitalise, formatCount } from "../../lib/format.ts";
import { statusQuery } from "./operator-queries.ts";

const STATES = ["waiting", "active", "delayed", "failed"] as const;

/** What waits in the queues, and which jobs failed. */
export function QueuesCard({ queues }: { queues: QueueStatus[] | null }) {
  if (queues === null) {
    return (
      <Card title="Queues">
        <p className="text-down">The broker cannot be reached. Checks and alerts go on without it for a while.</p>
      </Card>
    );
  }
  return (
    <Card title="Queues">
      <ScrollRegion label="Jobs in each queue" look="overflow-x-auto">
        <table className="w-full min-w-md text-left">
          <thead className="text-xs text-muted">
            <tr>
              <HeadCell label="Queue" />
              {STATES.map((state) => (
                <HeadCell key={state} label={capitalise(state)} look="text-right" />
              ))}
            </tr>
          </thead>
          <tbody>
            {queues.map((queue) => (
              <tr key={queue.name} className="border-t border-line">
                <th scope="row" className="py-1 font-normal">
                  {queue.name}
                </th>
                {STATES.map((state) => (
                  <td
                    key={state}
                    className={`text-right ${state === "failed" && queue.failed > 0 ? "font-medium text-down" : ""}`}
                  >
                    {formatCount(queue[state])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      {queues
        .filter(({ failed }) => failed > 0)
        .map((queue) => (
          <FailedJobs key={queue.name} queue={queue} />
        ))}
    </Card>
  );
}

function FailedJobs({ queue: { name, failed, failed_jobs: jobs } }: { queue: QueueStatus }) {
  return (
    <section aria-label={`Failed jobs of ${name}`} className="grid gap-2">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h3 className="font-medium">Failed jobs of {name}</h3>
        <Retry queue={name} label="Retry all" accessibleName={`Retry all failed jobs of ${name}`} />
      </div>
      <ul aria-label={`Failed jobs of ${name}`} className="divide-y divide-line">
        {jobs.map(({ id, reason, at }) => (
          <li key={id} className="flex flex-wrap items-center justify-between gap-2 py-2">
            <div className="min-w-0 flex-1 basis-60 [overflow-wrap:anywhere]">
              <p>{reason}</p>
              <p className="text-muted">
                <Time at={at} precision="second" /> · {id}
              </p>
            </div>
            <Retry queue={name} jobId={id} label="Retry" accessibleName={`Retry job ${id} of ${name}`} />
          </li>
        ))}
      </ul>
      {failed > jobs.length && <p className="text-muted">And {formatCount(failed - jobs.length)} before them.</p>}
    </section>
  );
}

type RetryProps = { queue: string; jobId?: string; label: string; accessibleName: string };

function Retry({ queue, jobId, label, accessibleName }: RetryProps) {
  const queries = useQueryClient();
  const retrying = useMutation({
    mutationFn: () =>
      ask(
        api.POST("/api/v1/operator/queues/{queue}/retry", {
          params: { path: { queue } },
          body: jobId === undefined ? {} : { job_id: jobId },
        }),
      ),
    onSuccess: ({ retried }) => {
      tell(retried === 1 ? "1 job waits again." : `${formatCount(retried)} jobs wait again.`);
      // The button goes with its job, and the focus must be somewhere.
      document.getElementById("main")?.focus({ preventScroll: true });
    },
    onError: tellError,
    onSettled: () => queries.invalidateQueries({ queryKey: statusQuery.queryKey }),
  });
  return (
    <Button isBusy={retrying.isPending} onClick={() => retrying.mutate()} aria-label={accessibleName}>
      {label}
    </Button>
  );
}
