import { formatDateTime, formatRelative, formatUtc } from "../../lib/format.ts";
import { useNow } from "../../lib/now.ts";

type Props = { at: string; precision?: "minute" | "second" };

/** An instant in the reader's zone; hovering tells the exact UTC. */
export function Time({ at, precision = "minute" }: Props) {
  const date = new Date(at);
  return (
    <time dateTime={at} title={formatUtc(date)}>
      {formatDateTime(date, precision)}
    </time>
  );
}

/** How long ago or ahead an instant is, kept up to date; hovering tells both exact times. */
export function RelativeTime({ at }: { at: string }) {
  const now = useNow();
  const date = new Date(at);
  return (
    <time dateTime={at} title={`${formatDateTime(date, "second")} · ${formatUtc(date)}`}>
      {formatRelative(date.getTime(), now)}
    </time>
  );
}
