import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { buttonClass } from "../../components/ui/button.tsx";
import { Menu } from "../../components/ui/menu.tsx";
import { Card, Page } from "../../components/ui/page.tsx";
import { Empty, Failed, Loading } from "../../components/ui/states.tsx";
import { RANGE_WORDS, type Range } from "../../lib/ranges.ts";
import { USUAL_RANGE } from "../monitors/ranges.ts";
import { LabelMenu } from "../things/label-menu.tsx";
import { labelsQuery } from "../things/thing-queries.ts";
import { DeviceFigures } from "./device-figures.tsx";
import { useFleetFrames } from "./device-live.ts";
import { deviceAnalyticsQuery } from "./device-queries.ts";
import { fleetSearch, type FleetSearch, type FleetSort } from "./fleet-search.ts";
import { FleetTable } from "./fleet-table.tsx";

const route = getRouteApi("/inside/devices/analytics");

/** How all devices did over a range, by device or by location. */
export function FleetPage() {
  const search = route.useSearch();
  const { range = USUAL_RANGE, by = "device" as const, location } = search;
  const of = { group_by: by, ...(location === undefined ? {} : { location }) };
  const { data, error, isPlaceholderData, refetch } = useQuery(deviceAnalyticsQuery(range, of));
  useFleetFrames();
  return (
    <Page title="Device analytics" actions={<ToDevices location={location} />}>
      <Toolbar search={search} />
      {error && <Failed error={error} retry={() => void refetch()} />}
      {data === undefined && !error && <Loading what="analytics" />}
      {data !== undefined && (
        <div className="grid gap-5" aria-busy={isPlaceholderData}>
          <Card title={data.total.devices === 1 ? "1 device" : `${data.total.devices} devices`}>
            <DeviceFigures figures={data.total} />
          </Card>
          {data.groups.length === 0 ? (
            <Empty title="There is no device here" />
          ) : (
            <FleetTable key={`${by} ${location}`} analytics={data} search={search} />
          )}
        </div>
      )}
    </Page>
  );
}

function ToDevices({ location }: { location: string | undefined }) {
  return (
    <Link to="/devices" search={location === undefined ? {} : { location }} className={buttonClass()}>
      {location === undefined ? "All devices" : "The devices there"}
    </Link>
  );
}

const RANGES = (["24h", "7d", "30d", "90d"] as const).map((range) => [range, `Last ${RANGE_WORDS[range]}`] as const);
const GROUPS = [
  ["device", "By device"],
  ["location", "By location"],
] as const;
const SORTS: readonly (readonly [FleetSort, string])[] = [
  ["availability", "Least available first"],
  ["flaps", "Most often back first"],
  ["connects", "Most connects first"],
  ["name", "By name"],
];

function Toolbar({ search }: { search: FleetSearch }) {
  const navigate = useNavigate();
  const { data: labels } = useQuery(labelsQuery);
  const change = (next: Record<string, string>) =>
    void navigate({ to: "/devices/analytics", search: fleetSearch({ ...search, ...next }), replace: true });
  return (
    <div role="search" aria-label="Device analytics" className="flex flex-wrap gap-2">
      <Menu<Range>
        label="Range"
        value={search.range ?? USUAL_RANGE}
        options={RANGES}
        onChange={(range) => change({ range })}
      />
      <Menu label="Group" value={search.by ?? "device"} options={GROUPS} onChange={(by) => change({ by })} />
      <Menu label="Order" value={search.sort ?? "availability"} options={SORTS} onChange={(sort) => change({ sort })} />
      <LabelMenu
        label="Location"
        all="All locations"
        words={labels?.devices.locations ?? []}
        value={search.location}
        onChange={(location) => change({ location })}
      />
    </div>
  );
}
