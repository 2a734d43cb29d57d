import type { MonitorView } from "@pulsecheck/shared/monitor";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { NotFound } from "../../app/not-found.tsx";
import { buttonClass } from "../../components/ui/button.tsx";
import { Card, Page } from "../../components/ui/page.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { useMayWrite } from "../account/workspace.ts";
import { IncidentsCard } from "../incidents/incidents-card.tsx";
import { CertificateCard } from "./certificate-card.tsx";
import { CheckLog } from "./check-log.tsx";
import { LatencyCard } from "./latency-card.tsx";
import { MonitorActions } from "./monitor-actions.tsx";
import { MonitorHead } from "./monitor-head.tsx";
import { useMonitorLive } from "./monitor-live.ts";
import { checksQuery, isMissing, monitorIncidentsQuery, monitorQuery, statsQuery } from "./monitor-queries.ts";
import { PingGuide } from "./ping-guide.tsx";
import { PingLog } from "./ping-log.tsx";
import { RangeChoice, RangeFigures, UptimeCard } from "./range-figures.tsx";
import type { Range } from "../../lib/ranges.ts";
import { USUAL_RANGE } from "./ranges.ts";

const route = getRouteApi("/inside/monitors/$id");

/** One monitor: how it is, how it was, and what can be done about it. */
export function MonitorPage() {
  const { id } = route.useParams();
  const { range = USUAL_RANGE } = route.useSearch();
  const { data: monitor, error, refetch } = useQuery(monitorQuery(id));
  if (isMissing(error)) return monitor === undefined ? <NotFound /> : <Gone name={monitor.name} />;
  if (monitor !== undefined) return <MonitorDetails key={id} monitor={monitor} range={range} />;
  return (
    <Page title="Monitor">
      {error ? <Failed error={error} retry={() => void refetch()} /> : <Loading what="the monitor" />}
    </Page>
  );
}

function Gone({ name }: { name: string }) {
  return (
    <Page title="This monitor is gone">
      <p>“{name}” was deleted, and with it all that was known of it.</p>
      <p>
        <Link to="/" className={buttonClass("primary")}>
          To the monitors
        </Link>
      </p>
    </Page>
  );
}

function MonitorDetails({ monitor, range }: { monitor: MonitorView; range: Range }) {
  const { id, name } = monitor;
  const { isDeleted } = useMonitorLive(id);
  const checks = useInfiniteQuery(checksQuery(id, "all")).data?.pages[0]?.items ?? [];
  const mayWrite = useMayWrite();
  if (isDeleted) return <Gone name={name} />;
  return (
    <Page title={name} actions={mayWrite ? <MonitorActions monitor={monitor} /> : undefined}>
      <MonitorHead monitor={monitor} lastCheck={checks[0]} />
      {monitor.kind === "cron" && <PingGuide monitor={monitor} />}
      <Past monitor={monitor} range={range} />
      <div className="grid gap-5 lg:has-[>:nth-child(2)]:grid-cols-[2fr_1fr]">
        <UptimeCard id={id} />
        <CertificateCard checks={checks} />
      </div>
      <IncidentsCard query={monitorIncidentsQuery(id)} none="It has not been down so far." />
      {monitor.kind === "cron" && <PingLog id={id} />}
      <CheckLog id={id} kind={monitor.kind} />
    </Page>
  );
}

function Past({ monitor: { id, kind, interval }, range }: { monitor: MonitorView; range: Range }) {
  const { data: stats, error, refetch } = useQuery(statsQuery(id, range));
  return (
    <>
      <Card title="In numbers" actions={<RangeChoice to="/monitors/$id" id={id} />}>
        {error && <Failed error={error} retry={() => void refetch()} />}
        {stats ? <RangeFigures kind={kind} stats={stats} /> : !error && <Loading what="figures" />}
      </Card>
      {stats && <LatencyCard kind={kind} range={range} stats={stats} intervalMs={interval * 1_000} />}
    </>
  );
}
