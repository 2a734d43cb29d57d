import type { ChannelDeliveryView } from "@pulsecheck/shared/alert-channel";
import { useInfiniteQuery } from "@tanstack/react-query";
import { LoadMore } from "../../components/ui/load-more.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { Time } from "../../components/ui/time.tsx";
import { channelDeliveriesQuery } from "./channel-queries.ts";

export const STATES: Record<ChannelDeliveryView["state"], string> = {
  PENDING: "Waits",
  SENDING: "On its way",
  SENT: "Sent",
  UNCONFIRMED: "Unknown: the answer was lost",
  SUPPRESSED: "Not sent: nobody needed it",
  REJECTED: "Refused",
};

/** What went to a channel and what became of it. */
export function ChannelDeliveries({ id, name }: { id: string; name: string }) {
  const query = useInfiniteQuery(channelDeliveriesQuery(id));
  const deliveries = query.data?.pages.flatMap(({ items }) => items);
  if (query.error) return <Failed error={query.error} retry={() => void query.refetch()} />;
  if (deliveries === undefined) return <Loading what="deliveries" />;
  if (deliveries.length === 0) return <p className="text-muted">Nothing was sent here yet.</p>;
  return (
    <>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so it must be reachable */}
      <div className="overflow-x-auto" tabIndex={0} role="region" aria-label={`Deliveries of ${name}`}>
        <table className="w-full min-w-xl text-left">
          <thead className="text-muted">
            <tr>
              {["When", "Alert", "Became of it", "Tries"].map((head) => (
                <th key={head} scope="col" className="py-1 pr-3 font-medium">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="divide-y divide-line align-top">
            {deliveries.map((delivery) => (
              <Row key={delivery.id} delivery={delivery} />
            ))}
          </tbody>
        </table>
      </div>
      <LoadMore query={query} />
    </>
  );
}

function Row({ delivery }: { delivery: ChannelDeliveryView }) {
  const { kind, state, attempts, last_error, created_at, sent_at, next_try_at, is_digest, incident } = delivery;
  return (
    <tr>
      <td className="py-1.5 pr-3 whitespace-nowrap">
        <Time at={sent_at ?? created_at} />
      </td>
      <td className="max-w-60 py-1.5 pr-3 break-words">
        {incident === null ? "Test" : `${kind === "DOWN" ? "Began" : "Over"}: ${incident.subject.name}`}
        {is_digest && <span className="text-muted"> (with others)</span>}
      </td>
      <td className="max-w-80 py-1.5 pr-3 break-words">
        {STATES[state]}
        {next_try_at !== null && (
          <span className="text-muted">
            , next try <Time at={next_try_at} />
          </span>
        )}
        {last_error !== null && <p className="text-muted">{last_error}</p>}
      </td>
      <td className="py-1.5 pr-3">{attempts}</td>
    </tr>
  );
}
