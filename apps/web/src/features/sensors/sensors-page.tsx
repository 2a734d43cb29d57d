import type { SensorView } from "@pulsecheck/shared/sensor";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { ThingsPage, type Column } from "../things/things-page.tsx";
import { FirstSensor } from "./first-sensor.tsx";
import { useSensorsLive } from "./sensor-live.ts";
import { sensorsQuery } from "./sensor-queries.ts";
import { SENSOR_STATES } from "./sensor-search.ts";
import { SensorRow, SensorTile } from "./sensor-tile.tsx";
import { SENSOR } from "./sensor-words.ts";

const route = getRouteApi("/inside/sensors");

const COLUMNS: readonly Column[] = [
  { label: "State", look: "w-28" },
  { label: "Name", look: "" },
  { label: "Location", look: "max-md:hidden" },
  { label: "Last value", look: "w-28 text-right" },
  { label: "Last reading", look: "w-28 text-right max-sm:hidden" },
];

const keyOf = ({ sensor_id: id }: SensorView) => id;
const drawRow = (sensor: SensorView) => <SensorRow key={sensor.sensor_id} sensor={sensor} />;
const drawTile = (sensor: SensorView) => <SensorTile sensor={sensor} />;

/** Every sensor with its last value: as tiles or as a table. */
export function SensorsPage() {
  const search = route.useSearch();
  const query = useInfiniteQuery(sensorsQuery(search));
  useSensorsLive();
  return (
    <ThingsPage
      title="Sensors"
      words={SENSOR}
      search={search}
      statuses={SENSOR_STATES}
      query={query}
      things={query.data?.pages.flatMap(({ items }) => items) ?? []}
      keyOf={keyOf}
      columns={COLUMNS}
      row={drawRow}
      tile={drawTile}
      first={<FirstSensor />}
    />
  );
}
