import type { DeviceEventType } from "@pulsecheck/shared/device";
import { useInfiniteQuery } from "@tanstack/react-query";
import { CircleCheck, CircleOff, Plug, TriangleAlert, Unplug, type LucideIcon } from "lucide-react";
import { LoadMore } from "../../components/ui/load-more.tsx";
import { Card } from "../../components/ui/page.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { Time } from "../../components/ui/time.tsx";
import { deviceEventsQuery } from "./device-queries.ts";

const LOOKS: Record<DeviceEventType, { Icon: LucideIcon; look: string; word: string }> = {
  connected: { Icon: Plug, look: "text-muted", word: "Socket opened" },
  disconnected: { Icon: Unplug, look: "text-muted", word: "Socket closed" },
  online: { Icon: CircleCheck, look: "text-up", word: "Online" },
  at_risk: { Icon: TriangleAlert, look: "text-warn", word: "At risk" },
  offline: { Icon: CircleOff, look: "text-down", word: "Offline" },
};

/** Everything that happened to a device, the latest first. */
export function DeviceEvents({ id }: { id: string }) {
  const query = useInfiniteQuery(deviceEventsQuery(id));
  const events = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Card title="Events">
      {query.isLoading && <Loading what="events" />}
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && events.length === 0 && <p className="text-muted">Nothing has happened yet.</p>}
      <ol aria-label="Events" className="grid gap-2">
        {events.map(({ id: key, event_type: type, at }) => {
          const { Icon, look, word } = LOOKS[type];
          return (
            <li key={key} className="flex flex-wrap items-center gap-x-3">
              <span className={`inline-flex w-36 items-center gap-1.5 font-medium ${look}`}>
                <Icon aria-hidden className="size-4 shrink-0" />
                {word}
              </span>
              <span className="text-muted">
                <Time at={at} precision="second" />
              </span>
            </li>
          );
        })}
      </ol>
      <LoadMore query={query} />
    </Card>
  );
}
