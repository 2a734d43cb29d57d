import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { Card } from "../../components/ui/page.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { formatDateTime, formatDuration } from "../../lib/format.ts";
import { RANGE_WORDS, type Range } from "../../lib/ranges.ts";
import { RangeChoice } from "../monitors/range-figures.tsx";
import { DeviceFigures } from "./device-figures.tsx";
import { deviceAnalyticsQuery, presenceQuery } from "./device-queries.ts";
import { DEVICE_WORDS } from "./device-status.tsx";
import { listPresence, timeIn, type Presence } from "./presence.ts";

/** When a device was there in the range, and when not. */
export function PresenceCard({ id, range }: { id: string; range: Range }) {
  const { data, error, refetch } = useQuery(presenceQuery(id, range));
  const parts = useMemo(() => data && listPresence(data, data.events, data.before), [data]);
  return (
    <Card title="Presence" actions={<RangeChoice to="/devices/$id" id={id} />}>
      {error && <Failed error={error} retry={() => void refetch()} />}
      {parts ? <Timeline parts={parts} range={range} /> : !error && <Loading what="the presence" />}
      <Figures id={id} range={range} />
    </Card>
  );
}

function Figures({ id, range }: { id: string; range: Range }) {
  const { data, error, refetch } = useQuery(deviceAnalyticsQuery(range, { device_id: id }));
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  return data && <DeviceFigures figures={data.total} />;
}

const WIDTH = 1_000;
const HEIGHT = 32;
/** The lower the bar the worse: colour never tells alone. */
const LOOKS = {
  ONLINE: { height: 32, look: "fill-up" },
  AT_RISK: { height: 20, look: "fill-warn" },
  OFFLINE: { height: 9, look: "fill-down" },
} as const;

function Timeline({ parts, range }: { parts: readonly Presence[]; range: Range }) {
  const [first, last] = [parts[0]?.from ?? 0, parts.at(-1)?.to ?? 1];
  const scale = WIDTH / Math.max(1, last - first);
  const label = describe(parts, range);
  return (
    <>
      <p className="text-muted">{label}</p>
      <svg
        role="img"
        aria-label={label}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="h-8 w-full rounded bg-sunken"
      >
        {parts.map(({ status, from, to }) => {
          if (status === null) return null;
          const { height, look } = LOOKS[status];
          return (
            <rect
              key={from}
              x={(from - first) * scale}
              y={HEIGHT - height}
              width={Math.max(2, (to - from) * scale)}
              height={height}
              className={look}
            >
              <title>{`${DEVICE_WORDS[status]}: ${formatDateTime(new Date(from))} to ${formatDateTime(new Date(to))}`}</title>
            </rect>
          );
        })}
      </svg>
      <p aria-hidden className="flex justify-between text-xs text-muted tabular-nums">
        <span>{formatDateTime(new Date(first))}</span>
        <span>{formatDateTime(new Date(last))}</span>
      </p>
    </>
  );
}

function describe(parts: readonly Presence[], range: Range): string {
  const [offlineMs, atRiskMs] = [timeIn(parts, "OFFLINE"), timeIn(parts, "AT_RISK")];
  const told = [
    offlineMs > 0 ? `offline for ${formatDuration(offlineMs)}` : "never offline",
    ...(atRiskMs > 0 ? [`at risk for ${formatDuration(atRiskMs)}`] : []),
  ];
  return `In the last ${RANGE_WORDS[range]}: ${told.join(", ")}.`;
}
