import { useInfiniteQuery } from "@tanstack/react-query";
import { HeadCell } from "../../components/ui/head-cell.tsx";
import { LoadMore } from "../../components/ui/load-more.tsx";
import { Card } from "../../components/ui/page.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { pingsQuery } from "./monitor-queries.ts";
import { PingRow } from "./ping-row.tsx";

/** Every ping of a cron job, the latest first; new ones appear as they come. */
export function PingLog({ id }: { id: string }) {
  const query = useInfiniteQuery(pingsQuery(id));
  const pings = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Card title="Pings">
      {query.isLoading && <Loading what="pings" />}
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && pings.length === 0 && (
        <p className="text-muted">None has come yet. The first one starts the clock.</p>
      )}
      {pings.length > 0 && (
        <table className="w-full table-fixed">
          <thead className="text-left text-xs text-muted">
            <tr>
              <HeadCell label="Time" look="w-58 max-sm:w-28" />
              <HeadCell label="Ping" />
              <HeadCell label="Duration" look="w-24 text-right max-sm:w-20" />
            </tr>
          </thead>
          <tbody>
            {pings.map((ping) => (
              <PingRow key={ping.id} ping={ping} />
            ))}
          </tbody>
        </table>
      )}
      <LoadMore query={query} />
    </Card>
  );
}
