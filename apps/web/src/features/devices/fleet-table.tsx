import type { DeviceAnalytics } from "@pulsecheck/shared/device-analytics";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { formatCount, formatUptime } from "../../lib/format.ts";
import { formatTime } from "./device-figures.tsx";
import { arrangeFleet, type FleetGroup, type FleetSearch } from "./fleet-search.ts";

const ROWS_AT_ONCE = 100;
const COLUMNS = [
  ["Availability", "w-36 max-sm:w-28"],
  ["Time offline", "w-28 text-right max-sm:w-24"],
  ["Came back", "w-24 text-right max-md:hidden"],
  ["Connects", "w-24 text-right max-md:hidden"],
  ["Average session", "w-32 text-right max-lg:hidden"],
  ["Longest session", "w-32 text-right max-lg:hidden"],
] as const;

type Props = { analytics: DeviceAnalytics; search: FleetSearch };

/** One row a device, or a location. */
export function FleetTable({ analytics: { groups, group_by: by }, search }: Props) {
  const [count, setCount] = useState(ROWS_AT_ONCE);
  const rows = arrangeFleet(groups, search.sort);
  return (
    <>
      <div className="rounded-lg border border-line bg-surface">
        <table aria-label="Device analytics" className="w-full table-fixed">
          <thead className="text-left text-xs text-muted">
            <tr>
              <th scope="col" className="p-2 font-medium">
                {by === "device" ? "Device" : "Location"}
              </th>
              {COLUMNS.map(([label, look]) => (
                <th key={label} scope="col" className={`p-2 font-medium ${look}`}>
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, count).map((group) => (
              <Row key={group.device_id ?? group.location} group={group} search={search} />
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > count && (
        <Button className="justify-self-center" onClick={() => setCount(count + ROWS_AT_ONCE)}>
          Show more
        </Button>
      )}
    </>
  );
}

function Row({ group, search }: { group: FleetGroup; search: FleetSearch }) {
  return (
    <tr className="border-t border-line align-top">
      <th scope="row" className="p-2 text-left font-normal">
        <Name group={group} search={search} />
      </th>
      <td className="p-2">
        <Availability ratio={group.availability_ratio} />
      </td>
      <td className="p-2 text-right tabular-nums">{formatTime(group.offline_ms)}</td>
      <td className="p-2 text-right tabular-nums max-md:hidden">{formatCount(group.flaps)}×</td>
      <td className="p-2 text-right tabular-nums max-md:hidden">{formatCount(group.connects)}</td>
      <td className="p-2 text-right tabular-nums max-lg:hidden">{formatTime(group.sessions.avg_ms)}</td>
      <td className="p-2 text-right tabular-nums max-lg:hidden">{formatTime(group.sessions.longest_ms)}</td>
    </tr>
  );
}

/** A device leads to its page, a location to its devices. */
function Name({
  group: { device_id: id, name, location, devices },
  search,
}: {
  group: FleetGroup;
  search: FleetSearch;
}) {
  const look = "block truncate font-medium hover:underline";
  const { by: _by, ...byDevice } = search;
  return (
    <>
      {id !== null && (
        <Link
          to="/devices/$id"
          params={{ id }}
          search={search.range === undefined ? {} : { range: search.range }}
          title={name ?? id}
          className={look}
        >
          {name}
        </Link>
      )}
      {id === null && location !== "" && (
        <Link to="/devices/analytics" search={{ ...byDevice, location }} title={location} className={look}>
          {location}
        </Link>
      )}
      {id === null && location === "" && <span className="text-muted">Nowhere in particular</span>}
      <p className="truncate text-xs text-muted">
        {id === null ? `${formatCount(devices)} ${devices === 1 ? "device" : "devices"}` : location}
      </p>
    </>
  );
}

function Availability({ ratio }: { ratio: number | null }) {
  return (
    <>
      <p className="tabular-nums">{formatUptime(ratio)}</p>
      {ratio !== null && (
        <div aria-hidden className="mt-1 h-1.5 overflow-hidden rounded-full bg-down">
          <div className="h-full bg-up" style={{ width: `${ratio * 100}%` }} />
        </div>
      )}
    </>
  );
}
