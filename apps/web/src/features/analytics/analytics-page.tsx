import type { Analytics } from "@pulsecheck/shared/analytics";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { FileText } from "lucide-react";
import type { ReactNode } from "react";
import { buttonClass } from "../../components/ui/button.tsx";
import { Card, Page } from "../../components/ui/page.tsx";
import { Empty, Failed, Loading } from "../../components/ui/states.tsx";
import { Time } from "../../components/ui/time.tsx";
import { formatCount, formatUptime } from "../../lib/format.ts";
import { Fact } from "../monitors/monitor-head.tsx";
import { AnalyticsChart } from "./analytics-chart.tsx";
import { analyticsQuery } from "./analytics-query.ts";
import { categoryOf, type AnalyticsSearch } from "./analytics-search.ts";
import { AnalyticsToolbar } from "./analytics-toolbar.tsx";
import { describeChange, formatOf, MEASURE_WORDS } from "./analytics-words.ts";
import { GroupCharts } from "./group-charts.tsx";
import { GroupTable } from "./group-table.tsx";

const route = getRouteApi("/inside/analytics");

/** What was measured, over any range: whole, over time, and by category. */
export function AnalyticsPage() {
  const search = route.useSearch();
  const { data, error, isPlaceholderData, refetch } = useQuery(analyticsQuery(search));
  const toReport = (
    <Link to="/report" className={buttonClass()}>
      <FileText aria-hidden className="size-4" />
      Uptime report
    </Link>
  );
  return (
    <Page title="Analytics" actions={toReport}>
      <AnalyticsToolbar search={search} analytics={data} />
      {error && <Failed error={error} retry={() => void refetch()} />}
      {data === undefined && !error && <Loading what="analytics" />}
      {data !== undefined && !error && (
        <div className="grid min-w-0 gap-5" aria-busy={isPlaceholderData}>
          <Whole analytics={data} />
          {/* While others are fetched, the groups that are shown are of another category. */}
          {data.groups.length > 0 && !isPlaceholderData && <Groups analytics={data} search={search} />}
        </div>
      )}
    </Page>
  );
}

function Whole({ analytics }: { analytics: Analytics }) {
  const { of, from, to, total } = analytics;
  const isEmpty = total.count + total.anomalies === 0 && total.uptime_ratio === null;
  const isMixed = total.count > 0 && total.avg === null;
  return (
    <Card title={MEASURE_WORDS[of]}>
      <p className="text-muted">
        <Time at={from} /> to <Time at={to} />
      </p>
      {isEmpty && <Empty title="Nothing was measured in this time">Choose a longer range, or other things.</Empty>}
      {isMixed && (
        <Empty title={`${formatCount(total.count)} values in several units`}>
          They have no average together. Choose a tag, a location or one sensor below whose values are in one unit.
        </Empty>
      )}
      {!isEmpty && !isMixed && (
        <>
          <Figures analytics={analytics} />
          <AnalyticsChart key={of} analytics={analytics} />
        </>
      )}
    </Card>
  );
}

function Figures({ analytics }: { analytics: Analytics }) {
  const { of, total, previous } = analytics;
  const format = formatOf(analytics);
  const change = previous && describeChange(of, format, total, previous);
  const figures: [string, ReactNode][] = [
    ["Values", formatCount(total.count)],
    ["Average", format(total.avg)],
    ...(change === null ? [] : [["Change", change] as [string, ReactNode]]),
    ["Least", format(total.min)],
    ["Most", format(total.max)],
    ["p50", format(total.p50)],
    ["p95", format(total.p95)],
    ["p99", format(total.p99)],
    ["Unusual", formatCount(total.anomalies)],
    ...(of === "latency" ? [["Uptime", formatUptime(total.uptime_ratio)] as [string, ReactNode]] : []),
  ];
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-3 sm:grid-cols-3 lg:grid-cols-5">
      {figures.map(([label, value]) => (
        <Fact key={label} label={label}>
          {value}
        </Fact>
      ))}
    </dl>
  );
}

function Groups({ analytics, search }: { analytics: Analytics; search: AnalyticsSearch }) {
  const category = categoryOf(search);
  return (
    <section aria-label="Groups" className="grid min-w-0 gap-3">
      <h2 className="font-semibold">By {category}</h2>
      <GroupCharts analytics={analytics} />
      <GroupTable analytics={analytics} search={search} />
    </section>
  );
}
