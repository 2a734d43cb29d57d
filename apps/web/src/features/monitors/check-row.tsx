import type { CheckView } from "@pulsecheck/shared/check";
import { CircleCheck, CircleHelp, OctagonX } from "lucide-react";
import { memo } from "react";
import { Time } from "../../components/ui/time.tsx";
import { UnusualMark } from "../../components/ui/unusual-mark.tsx";
import { formatLatency } from "../../lib/format.ts";
import { describeResult, resultOf, type CheckResult } from "./check-words.ts";
import { KIND_WORDS } from "./kind-words.ts";
import { LogRow } from "./log-row.tsx";
import { Fact } from "./monitor-head.tsx";

const LOOKS = {
  ok: { Icon: CircleCheck, look: "text-up" },
  failed: { Icon: OctagonX, look: "text-down" },
  inconclusive: { Icon: CircleHelp, look: "text-warn" },
} as const satisfies Record<CheckResult, object>;

/** One check of the log; opened, it tells everything that was measured. */
export const CheckRow = memo(function CheckRow({ check }: { check: CheckView }) {
  return (
    <LogRow at={check.checked_at} columns={6} facts={<CheckFacts check={check} />}>
      <Result check={check} />
      <td className="py-1.5 text-right tabular-nums">{formatLatency(check.latency_ms)}</td>
      <td className="py-1.5 text-right tabular-nums max-sm:hidden">{check.http_status ?? "–"}</td>
      <td className="py-1.5 pl-4 max-md:hidden">{check.resolved_address ?? "–"}</td>
      <td className="py-1.5 max-md:hidden">{check.kind}</td>
    </LogRow>
  );
});

/** One run of a cron job, or one that was missed: its ping tells more. */
export const RunRow = memo(function RunRow({ check }: { check: CheckView }) {
  return (
    <tr className="border-t border-line align-top">
      <td className="py-1.5">
        <Time at={check.checked_at} precision="second" />
      </td>
      <Result check={check} />
      <td className="py-1.5 text-right tabular-nums">{KIND_WORDS.cron.formatTime(check.latency_ms)}</td>
    </tr>
  );
});

function Result({ check }: { check: CheckView }) {
  const { Icon, look } = LOOKS[resultOf(check)];
  return (
    <td className="py-1.5 pr-2">
      <p className={`flex flex-wrap items-start gap-1.5 font-medium ${look}`}>
        <Icon aria-hidden className="mt-0.5 size-4 shrink-0" />
        {describeResult(check)}
        {check.is_anomaly && <UnusualMark />}
        {check.in_maintenance && <span className="font-normal text-muted">in maintenance</span>}
      </p>
      {check.detail !== null && <p className="text-muted">{check.detail}</p>}
    </td>
  );
}

function CheckFacts({
  check: { phases_ms: phases, http_status, resolved_address, kind, tls_expires_at },
}: {
  check: CheckView;
}) {
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-2 rounded-md bg-sunken p-3 sm:grid-cols-5">
      <Fact label="DNS">{formatLatency(phases.dns)}</Fact>
      <Fact label="Connect">{formatLatency(phases.connect)}</Fact>
      <Fact label="TLS">{formatLatency(phases.tls)}</Fact>
      <Fact label="First byte">{formatLatency(phases.first_byte)}</Fact>
      <Fact label="Total">{formatLatency(phases.total)}</Fact>
      <Fact label="HTTP status">{http_status ?? "none"}</Fact>
      <Fact label="Address">{resolved_address ?? "none"}</Fact>
      <Fact label="Kind">{kind}</Fact>
      {tls_expires_at !== null && (
        <Fact label="Certificate until">
          <Time at={tls_expires_at} />
        </Fact>
      )}
    </dl>
  );
}
