import type { PingKind, PingView } from "@pulsecheck/shared/ping";
import { CircleCheck, MessageSquareText, OctagonX, Play } from "lucide-react";
import { memo } from "react";
import { KIND_WORDS } from "./kind-words.ts";
import { LogRow } from "./log-row.tsx";
import { Fact } from "./monitor-head.tsx";

const LOOKS = {
  start: { word: "Started", Icon: Play, look: "text-ink" },
  success: { word: "Ended well", Icon: CircleCheck, look: "text-up" },
  fail: { word: "Failed", Icon: OctagonX, look: "text-down" },
  log: { word: "Log", Icon: MessageSquareText, look: "text-muted" },
} as const satisfies Record<PingKind, object>;

const { formatTime } = KIND_WORDS.cron;

/** One ping of the log; opened, it shows all that came with it, as text. */
export const PingRow = memo(function PingRow({ ping }: { ping: PingView }) {
  const { word, Icon, look } = LOOKS[ping.kind];
  return (
    <LogRow at={ping.at} columns={3} facts={<PingFacts ping={ping} />}>
      <td className="py-1.5 pr-2">
        <p className={`flex items-start gap-1.5 font-medium ${look}`}>
          <Icon aria-hidden className="mt-0.5 size-4 shrink-0" />
          {word}
          {ping.exit_code !== null && ping.exit_code > 0 && `, exit code ${ping.exit_code}`}
        </p>
        <p className="text-muted wrap-anywhere">{describeOrigin(ping)}</p>
      </td>
      <td className="py-1.5 text-right tabular-nums">{formatTime(ping.duration_ms)}</td>
    </LogRow>
  );
});

/** `from 192.0.2.7, run 5bf66975, with output`. */
function describeOrigin({ address, rid, body }: PingView): string {
  const parts = [
    address === null ? null : `from ${address}`,
    rid === null ? null : `run ${rid.slice(0, 8)}`,
    body === null ? null : "with output",
  ];
  return parts.filter((part) => part !== null).join(", ");
}

function PingFacts({ ping: { method, address, user_agent, rid, exit_code, body } }: { ping: PingView }) {
  return (
    <div className="grid gap-3 rounded-md bg-sunken p-3">
      <dl className="grid grid-cols-2 gap-x-6 gap-y-2 wrap-anywhere sm:grid-cols-4">
        <Fact label="From">{address ?? "unknown"}</Fact>
        <Fact label="With">{`${method}, ${user_agent ?? "unknown client"}`}</Fact>
        <Fact label="Exit code">{exit_code ?? "none"}</Fact>
        <Fact label="Run (rid)">{rid ?? "none"}</Fact>
      </dl>
      {body === null ? (
        <p className="text-muted">It came without any output.</p>
      ) : (
        <pre
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so the keyboard must reach it
          tabIndex={0}
          role="region"
          aria-label="Output of the job"
          className="max-h-80 overflow-auto rounded-md border border-line bg-surface p-3 whitespace-pre-wrap wrap-anywhere"
        >
          {body}
        </pre>
      )}
    </div>
  );
}
