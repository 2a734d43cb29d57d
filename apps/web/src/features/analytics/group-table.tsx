import type { Analytics } from "@pulsecheck/shared/analytics";
import { Link } from "@tanstack/react-router";
import { ScrollRegion } from "../../components/ui/numbers-behind.tsx";
import { formatCount, formatUptime } from "../../lib/format.ts";
import { categoryOf, narrow, type AnalyticsSearch } from "./analytics-search.ts";
import { describeChange, formatOf } from "./analytics-words.ts";
import { nameOf, type Group } from "./group-lines.ts";

type Props = { analytics: Analytics; search: AnalyticsSearch };
type Column = { label: string; of(group: Group): string };

/** One row a category; each leads to what is in it. */
export function GroupTable({ analytics, search }: Props) {
  const { groups, groups_in_all: inAll } = analytics;
  const columns = columnsOf(analytics);
  return (
    <div className="grid gap-2">
      <ScrollRegion label="Groups" look="overflow-x-auto rounded-lg border border-line bg-surface">
        <table aria-label="Analytics by group" className="w-full whitespace-nowrap">
          <thead className="text-left text-xs text-muted">
            <tr>
              <th scope="col" className="p-2 font-medium">
                {categoryOf(search).replace(/^./, (letter) => letter.toUpperCase())}
              </th>
              {columns.map(({ label }) => (
                <th key={label} scope="col" className="p-2 text-right font-medium">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {groups.map((group) => (
              <tr key={group.id} className="border-t border-line">
                <th scope="row" className="p-2 text-left font-normal">
                  <Name group={group} search={search} />
                </th>
                {columns.map(({ label, of }) => (
                  <td key={label} className="p-2 text-right tabular-nums">
                    {of(group)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      {inAll > groups.length && (
        <p className="text-muted">
          These are the {formatCount(groups.length)} with the most values, of {formatCount(inAll)}. Choose a tag to see
          others.
        </p>
      )}
    </div>
  );
}

function columnsOf({ of, unit, previous }: Analytics): Column[] {
  const formatFor = (group: Group) => formatOf({ of, unit: group.unit ?? unit });
  const figure = (label: string, key: "avg" | "min" | "max" | "p50" | "p95" | "p99"): Column => ({
    label,
    of: (group) => formatFor(group)(group[key]),
  });
  const change: Column = {
    label: "Change",
    of: (group) => (group.previous && describeChange(of, formatFor(group), group, group.previous)) ?? "–",
  };
  return [
    { label: "Values", of: ({ count }) => formatCount(count) },
    figure("Average", "avg"),
    ...(previous === null ? [] : [change]),
    figure("Least", "min"),
    figure("Most", "max"),
    figure("p50", "p50"),
    figure("p95", "p95"),
    figure("p99", "p99"),
    ...(of === "latency" ? [{ label: "Uptime", of: (group: Group) => formatUptime(group.uptime_ratio) }] : []),
  ];
}

const PAGES = { monitor: "/monitors/$id", device: "/devices/$id", sensor: "/sensors/$id" } as const;

/** A category leads to what is in it, a thing to itself alone, and from there to its page. */
function Name({ group, search }: { group: Group; search: AnalyticsSearch }) {
  const category = categoryOf(search);
  const look = "block max-w-64 truncate font-medium hover:underline max-sm:max-w-36";
  const { id, name } = group;
  if (name === "") return <span className="text-muted">{nameOf(group)}</span>;
  if (search.id !== undefined && category in PAGES)
    return (
      <Link to={PAGES[category as keyof typeof PAGES]} params={{ id }} title={name} className={look}>
        {name}
      </Link>
    );
  return (
    <Link to="/analytics" search={narrow(search, category, id)} resetScroll={false} title={name} className={look}>
      {name}
    </Link>
  );
}
