import type { InstanceStatus } from "@pulsecheck/shared/instance-status";
import { useQuery } from "@tanstack/react-query";
import { Button } from "../../components/ui/button.tsx";
import { HeadCell } from "../../components/ui/head-cell.tsx";
import { Card } from "../../components/ui/page.tsx";
import { ScrollRegion } from "../../components/ui/numbers-behind.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { RelativeTime, Time } from "../../components/ui/time.tsx";
import { formatDuration, formatLatency } from "../../lib/format.ts";
import { DatabaseCard } from "./database-card.tsx";
import { statusQuery } from "./operator-queries.ts";
import { QueuesCard } from "./queues-card.tsx";

/** What runs, what waits, and how large it all is. */
export function StatusSection() {
  const { data: status, error, isFetching, refetch } = useQuery(statusQuery);
  if (error && status === undefined) return <Failed error={error} retry={() => void refetch()} />;
  if (status === undefined) return <Loading what="the status" />;
  const refresh = (
    <Button isBusy={isFetching} onClick={() => void refetch()}>
      Refresh
    </Button>
  );
  return (
    <>
      {error && <Failed error={error} retry={() => void refetch()} />}
      <Card title="Instance" actions={refresh}>
        <Versions status={status} />
      </Card>
      <Card title="Processes">
        <Processes status={status} />
      </Card>
      <QueuesCard queues={status.queues} />
      <DatabaseCard database={status.database} />
    </>
  );
}

function Versions({ status: { versions, uptime_ms } }: { status: InstanceStatus }) {
  const facts = [
    ["PulseCheck", versions.pulsecheck],
    ["Node.js", versions.node],
    ["PostgreSQL", versions.postgres],
    ["Broker", versions.broker],
    ["Up for", formatDuration(uptime_ms)],
  ];
  return (
    <dl className="flex flex-wrap gap-x-8 gap-y-2">
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt className="text-muted">{label}</dt>
          <dd className="font-medium">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Processes({ status: { api_processes: apis, workers } }: { status: InstanceStatus }) {
  const rows = [
    ...apis.map((one) => ({ ...one, kind: "API", lag: "–", note: "" })),
    ...workers.map((one) => ({
      ...one,
      kind: "Worker",
      lag: formatLatency(one.lag_ms),
      note: one.has_network ? "" : "It thinks that its own network is gone",
    })),
  ];
  return (
    <>
      {workers.length === 0 && <p className="text-down">No worker is alive: nothing is checked.</p>}
      <ScrollRegion label="Processes that are alive" look="overflow-x-auto">
        <table className="w-full min-w-lg text-left">
          <thead className="text-xs text-muted">
            <tr>
              <HeadCell label="Kind" />
              <HeadCell label="Host" />
              <HeadCell label="Process" />
              <HeadCell label="Started" />
              <HeadCell label="Last seen" />
              <HeadCell label="Lag" look="text-right" />
            </tr>
          </thead>
          <tbody>
            {rows.map(({ id, kind, host, pid, started_at, last_seen_at, lag, note }) => (
              <tr key={id} className="border-t border-line">
                <th scope="row" className="py-1 pr-3 font-normal">
                  {kind}
                </th>
                <td className="pr-3 [overflow-wrap:anywhere]">
                  {host}
                  {note !== "" && <span className="block text-down">{note}</span>}
                </td>
                <td className="pr-3">{pid}</td>
                <td className="pr-3">
                  <Time at={started_at} />
                </td>
                <td className="pr-3">
                  <RelativeTime at={last_seen_at} />
                </td>
                <td className="text-right">{lag}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </>
  );
}
