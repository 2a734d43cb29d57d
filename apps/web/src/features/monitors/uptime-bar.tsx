import { formatDay, formatDuration, formatUptime } from "../../lib/format.ts";

export type UptimeDay = {
  date: string;
  uptime_ratio: number | null;
  checks: number;
  failures: number;
  maintenance: number;
  downtime_ms: number;
};

const WIDTH = 3;
const GAP = 1;
const HEIGHT = 24;

/** One bar a UTC day. A bad day is told by colour and by shape: from below it is filled as far as it failed, a third at least. */
export function UptimeBar({ days, className = "" }: { days: readonly UptimeDay[]; className?: string }) {
  const bad = days.filter(({ uptime_ratio }) => uptime_ratio !== null && uptime_ratio < 1).length;
  const measured = days.filter(({ uptime_ratio }) => uptime_ratio !== null).length;
  const label = `${measured} of the last ${days.length} days measured, failures on ${bad}`;
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${days.length * (WIDTH + GAP) - GAP} ${HEIGHT}`}
      preserveAspectRatio="none"
      className={`h-6 w-full ${className}`}
    >
      {days.map((day, i) => (
        <Day key={day.date} day={day} x={i * (WIDTH + GAP)} />
      ))}
    </svg>
  );
}

function Day({ day, x }: { day: UptimeDay; x: number }) {
  const { uptime_ratio: ratio } = day;
  const failed = ratio === null || ratio === 1 ? 0 : HEIGHT * Math.max(1 / 3, 1 - ratio);
  return (
    <g>
      <title>{describe(day)}</title>
      <rect
        x={x}
        width={WIDTH}
        height={HEIGHT}
        className={ratio === null ? (day.maintenance > 0 ? "fill-warn-soft" : "fill-line") : "fill-up"}
        rx={1}
      />
      {failed > 0 && <rect x={x} y={HEIGHT - failed} width={WIDTH} height={failed} className="fill-down" />}
    </g>
  );
}

function describe({ date, uptime_ratio: ratio, failures, maintenance, downtime_ms: downtimeMs }: UptimeDay): string {
  if (ratio === null) return `${formatDay(date)} (UTC): ${maintenance > 0 ? "maintenance" : "no data"}`;
  const trouble = failures === 0 ? "" : `, ${failures} failed checks`;
  return `${formatDay(date)} (UTC): ${formatUptime(ratio)}${trouble}${downtimeMs === 0 ? "" : `, ${formatDuration(downtimeMs)} down`}`;
}
