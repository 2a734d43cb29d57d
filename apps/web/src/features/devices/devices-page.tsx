import type { DeviceView } from "@pulsecheck/shared/device";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { LoadMore } from "../../components/ui/load-more.tsx";
import { Page } from "../../components/ui/page.tsx";
import { Empty, Failed, Loading } from "../../components/ui/states.tsx";
import { useDeviceFrames } from "./device-live.ts";
import { devicesQuery } from "./device-queries.ts";
import { DeviceRow, DeviceTile } from "./device-tile.tsx";
import { DevicesToolbar } from "./devices-toolbar.tsx";
import { FirstDevice } from "./first-device.tsx";

const route = getRouteApi("/inside/devices");

/** Everything that reports by itself: as tiles or as a table. */
export function DevicesPage() {
  const search = route.useSearch();
  const query = useInfiniteQuery(devicesQuery(search));
  const devices = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data]);
  useDeviceFrames(devices);
  const isFiltered = search.status !== undefined || search.q !== undefined;
  const isNone = query.isSuccess && devices.length === 0;
  return (
    <Page title="Devices">
      {isNone && !isFiltered ? (
        <FirstDevice />
      ) : (
        <>
          <DevicesToolbar search={search} />
          {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
          {query.isLoading && <Loading what="devices" />}
          {isNone && (
            <Empty title="No device is like that">
              <Link to="/devices" className="underline">
                Show all devices
              </Link>
            </Empty>
          )}
          {devices.length > 0 && (search.view === "table" ? <Table devices={devices} /> : <Grid devices={devices} />)}
          <LoadMore query={query} end="That was the last one." />
        </>
      )}
    </Page>
  );
}

function Grid({ devices }: { devices: readonly DeviceView[] }) {
  return (
    <ul aria-label="Devices" className="grid gap-3 sm:grid-cols-2 lg:grid-cols-4">
      {devices.map((device) => (
        <li key={device.device_id} className="min-w-0">
          <DeviceTile device={device} />
        </li>
      ))}
    </ul>
  );
}

const COLUMNS = [
  ["Status", "w-28"],
  ["Name", ""],
  ["Location", "max-md:hidden"],
  ["Battery", "w-20 text-right"],
  ["Signal", "w-24 text-right max-sm:hidden"],
  ["Last heard", "w-28 text-right max-sm:hidden"],
] as const;

function Table({ devices }: { devices: readonly DeviceView[] }) {
  return (
    <div className="rounded-lg border border-line bg-surface">
      <table aria-label="Devices" className="w-full table-fixed">
        <thead className="text-left text-xs text-muted">
          <tr>
            {COLUMNS.map(([label, look]) => (
              <th key={label} scope="col" className={`p-2 font-medium ${look}`}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {devices.map((device) => (
            <DeviceRow key={device.device_id} device={device} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
