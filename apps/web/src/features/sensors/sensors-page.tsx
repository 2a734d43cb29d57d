import type { SensorView } from "@pulsecheck/shared/sensor";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { CopyBlock } from "../../components/ui/copy-block.tsx";
import { LoadMore } from "../../components/ui/load-more.tsx";
import { Card, Page } from "../../components/ui/page.tsx";
import { SearchBox } from "../../components/ui/search-box.tsx";
import { Empty, Failed, Loading } from "../../components/ui/states.tsx";
import { RelativeTime } from "../../components/ui/time.tsx";
import { API_BASE } from "../../lib/api.ts";
import { useSensorsLive } from "./sensor-live.ts";
import { sensorsQuery } from "./sensor-queries.ts";
import { sensorSearch } from "./sensor-search.ts";
import { SensorState } from "./sensor-state.tsx";
import { formatValue } from "./sensor-words.ts";

const route = getRouteApi("/inside/sensors");

/** Every sensor with its last value. */
export function SensorsPage() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const query = useInfiniteQuery(sensorsQuery(search));
  useSensorsLive();
  const sensors = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const isNone = query.isSuccess && sensors.length === 0;
  if (isNone && search.q === undefined) return <NoSensors />;
  return (
    <Page title="Sensors">
      <div role="search" aria-label="Sensors">
        <SearchBox
          label="Search by name, id or location"
          value={search.q ?? ""}
          onChange={(q) => void navigate({ to: "/sensors", search: sensorSearch({ q }), replace: true })}
        />
      </div>
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.isLoading && <Loading what="sensors" />}
      {isNone && (
        <Empty title="No sensor is like that">
          <Link to="/sensors" className="underline">
            Show all sensors
          </Link>
        </Empty>
      )}
      {sensors.length > 0 && <Table sensors={sensors} />}
      <LoadMore query={query} end="That was the last one." />
    </Page>
  );
}

function Table({ sensors }: { sensors: readonly SensorView[] }) {
  return (
    <div className="rounded-lg border border-line bg-surface">
      <table aria-label="Sensors" className="w-full table-fixed">
        <thead className="text-left text-xs text-muted">
          <tr>
            <th scope="col" className="p-2 font-medium">
              Name
            </th>
            <th scope="col" className="w-28 p-2 text-right font-medium">
              Last value
            </th>
            <th scope="col" className="w-28 p-2 font-medium max-sm:hidden">
              State
            </th>
            <th scope="col" className="w-28 p-2 text-right font-medium max-sm:hidden">
              Last reading
            </th>
          </tr>
        </thead>
        <tbody>
          {sensors.map((sensor) => (
            <tr key={sensor.sensor_id} data-sensor={sensor.sensor_id} className="border-t border-line">
              <th scope="row" className="max-w-0 p-2 text-left font-normal">
                <Link
                  to="/sensors/$id"
                  params={{ id: sensor.sensor_id }}
                  title={sensor.name}
                  className="block truncate font-medium hover:underline"
                >
                  {sensor.name}
                </Link>
                {sensor.location !== "" && <p className="truncate text-xs text-muted">{sensor.location}</p>}
              </th>
              <td className="p-2 text-right font-medium tabular-nums">{formatValue(sensor.last_value, sensor.unit)}</td>
              <td className="p-2 max-sm:hidden">
                <SensorState sensor={sensor} />
              </td>
              <td className="p-2 text-right text-muted max-sm:hidden">
                {sensor.last_reading_at === null ? "none yet" : <RelativeTime at={sensor.last_reading_at} />}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const COMMAND = `curl -X POST ${API_BASE}/api/v1/sensors \\
  -H "Authorization: Bearer $PULSECHECK_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"sensor_id": "temp-1", "value": 22.5, "unit": "°C"}'`;

function NoSensors() {
  return (
    <Page title="Sensors">
      <Card title="No sensors yet">
        <p>
          A sensor shows here with its first reading. It needs a key that may report: make one in the{" "}
          <Link to="/settings" search={{ section: "keys" }} className="font-medium text-accent underline">
            settings
          </Link>
          .
        </p>
        <CopyBlock label="A reading with curl" text={COMMAND} />
      </Card>
    </Page>
  );
}
