import type { UptimeReport } from "@pulsecheck/shared/uptime-report";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { ChartColumn } from "lucide-react";
import { buttonClass } from "../../components/ui/button.tsx";
import { ExportButtons } from "../../components/ui/export-buttons.tsx";
import { Menu } from "../../components/ui/menu.tsx";
import { Card, Page } from "../../components/ui/page.tsx";
import { RangePicker } from "../../components/ui/range-picker.tsx";
import { Empty, Failed, Loading } from "../../components/ui/states.tsx";
import { Time } from "../../components/ui/time.tsx";
import { ownDays } from "../analytics/analytics-search.ts";
import { listTags } from "../board/board-search.ts";
import { useBoard } from "../board/board.tsx";
import { Fact } from "../monitors/monitor-head.tsx";
import { LabelMenu } from "../things/label-menu.tsx";
import { MonthlyMail } from "./monthly-mail.tsx";
import { filtersOfReport, reportQuery } from "./report-query.ts";
import {
  REPORT_RANGES,
  reportSearch,
  spanOfReport,
  USUAL_REPORT_RANGE,
  type ReportRange,
  type ReportSearch,
} from "./report-search.ts";
import { REPORT_FIGURES, ReportTable } from "./report-table.tsx";

const route = getRouteApi("/inside/report");

/** How available the monitors were: to be read, and to be taken along as a file. */
export function ReportPage() {
  const search = route.useSearch();
  const { data, error, isPlaceholderData, refetch } = useQuery(reportQuery(search));
  const actions = (
    <>
      <Link to="/analytics" className={buttonClass()}>
        <ChartColumn aria-hidden className="size-4" />
        Analytics
      </Link>
      <ExportButtons label="figures" what="uptime" filters={() => filtersOfReport(search)} />
    </>
  );
  return (
    <Page title="Uptime report" actions={actions}>
      <Toolbar search={search} />
      {error && <Failed error={error} retry={() => void refetch()} />}
      {data === undefined && !error && <Loading what="the report" />}
      {data !== undefined && !error && (
        <div className="grid min-w-0 gap-5" aria-busy={isPlaceholderData}>
          <Total report={data} />
          {data.rows.length === 0 ? (
            <Empty title={data.by === "tag" ? "No monitor has a tag" : "There is no monitor here"} />
          ) : (
            <ReportTable key={data.by} report={data} search={search} />
          )}
        </div>
      )}
      <MonthlyMail />
    </Page>
  );
}

/** As docs/adr/0006 says. */
const FORMULAS = [
  "Uptime = good checks / (good + failed checks). Checks made during maintenance, and those that could not tell, are in neither.",
  "Downtime = the time within the range in which an outage was on, without its maintenance; of several monitors the sum.",
  "Outages = those that were on in the range.",
  "Mean recovery = mean of (end − start) of the outages that ended in the range, from the first failed check on, maintenance included.",
  "Latencies are those of good checks; how long a cron job ran counts in its own row alone.",
];

function Total({ report: { from, to, total } }: { report: UptimeReport }) {
  return (
    <Card title="All together">
      <p className="text-muted">
        <Time at={from} /> to <Time at={to} />. Longer ranges are of whole hours or UTC days that are over.
      </p>
      <dl className="grid grid-cols-2 gap-x-6 gap-y-3 sm:grid-cols-3 lg:grid-cols-5">
        {REPORT_FIGURES.map(([label, write]) => (
          <Fact key={label} label={label}>
            {write(total)}
          </Fact>
        ))}
      </dl>
      <details>
        <summary className="w-fit cursor-pointer font-medium text-accent">How this is counted</summary>
        <ul className="mt-2 grid list-disc gap-1 pl-5 text-muted">
          {FORMULAS.map((formula) => (
            <li key={formula}>{formula}</li>
          ))}
        </ul>
      </details>
    </Card>
  );
}

const RANGES = Object.entries(REPORT_RANGES) as [ReportRange, string][];
const GROUPS = [
  ["monitor", "By monitor"],
  ["tag", "By tag"],
] as const;

function Toolbar({ search }: { search: ReportSearch }) {
  const navigate = useNavigate();
  const { store } = useBoard();
  const change = (next: Partial<Record<keyof ReportSearch, unknown>>) =>
    void navigate({ to: "/report", search: reportSearch({ ...search, ...next }), replace: true });
  return (
    <div role="search" aria-label="Uptime report" className="flex flex-wrap items-center gap-2">
      <RangePicker
        preset={search.range ?? USUAL_REPORT_RANGE}
        presets={RANGES}
        days={ownDays(search)}
        spanAt={(now) => spanOfReport(search, now)}
        onChange={(next) => change({ range: undefined, from: undefined, to: undefined, ...next })}
      />
      <Menu label="Group" value={search.by ?? "monitor"} options={GROUPS} onChange={(by) => change({ by })} />
      <LabelMenu
        label="Tag"
        all="All tags"
        words={listTags(store.rows().values())}
        value={search.tag}
        onChange={(tag) => change({ tag })}
      />
    </div>
  );
}
