import type { DeviceView } from "@pulsecheck/shared/device";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ChartColumn } from "lucide-react";
import { useMemo } from "react";
import { buttonClass } from "../../components/ui/button.tsx";
import { ExportButtons } from "../../components/ui/export-buttons.tsx";
import { ThingsPage, type Column } from "../things/things-page.tsx";
import { useDeviceFrames } from "./device-live.ts";
import { deviceFilters, devicesQuery } from "./device-queries.ts";
import { DEVICE_WORDS } from "./device-status.tsx";
import { DeviceRow, DeviceTile } from "./device-tile.tsx";
import { DEVICE } from "./device-words.ts";
import { FirstDevice } from "./first-device.tsx";

const route = getRouteApi("/inside/devices");

const COLUMNS: readonly Column[] = [
  { label: "Status", look: "w-28" },
  { label: "Name", look: "" },
  { label: "Location", look: "max-md:hidden" },
  { label: "Battery", look: "w-20 text-right" },
  { label: "Signal", look: "w-24 text-right max-sm:hidden" },
  { label: "Last heard", look: "w-28 text-right max-sm:hidden" },
];

const keyOf = ({ device_id: id }: DeviceView) => id;
const drawRow = (device: DeviceView) => <DeviceRow key={device.device_id} device={device} />;
const drawTile = (device: DeviceView) => <DeviceTile device={device} />;

/** Everything that reports by itself: as tiles or as a table. */
export function DevicesPage() {
  const search = route.useSearch();
  const query = useInfiniteQuery(devicesQuery(search));
  const devices = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data]);
  useDeviceFrames(devices);
  return (
    <ThingsPage
      title="Devices"
      words={DEVICE}
      search={search}
      statuses={DEVICE_WORDS}
      query={query}
      things={devices}
      keyOf={keyOf}
      columns={COLUMNS}
      row={drawRow}
      tile={drawTile}
      actions={
        <>
          <Link to="/devices/analytics" className={buttonClass()}>
            <ChartColumn aria-hidden className="size-4" />
            Analytics
          </Link>
          <ExportButtons label="devices" what="devices" filters={() => deviceFilters(search)} />
        </>
      }
      first={<FirstDevice />}
    />
  );
}
