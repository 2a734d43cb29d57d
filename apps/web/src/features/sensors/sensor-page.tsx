import type { SensorView } from "@pulsecheck/shared/sensor";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { Pencil } from "lucide-react";
import { useState } from "react";
import { NotFound } from "../../app/not-found.tsx";
import { buttonClass } from "../../components/ui/button.tsx";
import { Confirm } from "../../components/ui/confirm.tsx";
import { Page } from "../../components/ui/page.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { RelativeTime } from "../../components/ui/time.tsx";
import { tell } from "../../components/ui/toasts.tsx";
import { api, ask } from "../../lib/api.ts";
import type { Range } from "../../lib/ranges.ts";
import { useMayWrite } from "../account/workspace.ts";
import { IncidentsCard } from "../incidents/incidents-card.tsx";
import { Fact, Tags } from "../monitors/monitor-head.tsx";
import { isMissing } from "../monitors/monitor-queries.ts";
import { USUAL_RANGE } from "../monitors/ranges.ts";
import { ReadingLog } from "./reading-log.tsx";
import { useSensorLive } from "./sensor-live.ts";
import { sensorIncidentsQuery, sensorQuery } from "./sensor-queries.ts";
import { SensorState } from "./sensor-state.tsx";
import { formatValue } from "./sensor-words.ts";
import { ValueCard } from "./value-card.tsx";

const route = getRouteApi("/inside/sensors/$id");

/** One sensor: its values now and over time, and what can be done about it. */
export function SensorPage() {
  const { id } = route.useParams();
  const { range = USUAL_RANGE } = route.useSearch();
  const { data: sensor, error, refetch } = useQuery(sensorQuery(id));
  if (isMissing(error)) return sensor === undefined ? <NotFound /> : <Gone name={sensor.name} />;
  if (sensor !== undefined) return <SensorDetails key={id} sensor={sensor} range={range} />;
  return (
    <Page title="Sensor">
      {error ? <Failed error={error} retry={() => void refetch()} /> : <Loading what="the sensor" />}
    </Page>
  );
}

function Gone({ name }: { name: string }) {
  return (
    <Page title="This sensor is gone">
      <p>“{name}” was deleted. Its next reading makes it anew.</p>
      <p>
        <Link to="/sensors" className={buttonClass("primary")}>
          To the sensors
        </Link>
      </p>
    </Page>
  );
}

function SensorDetails({ sensor, range }: { sensor: SensorView; range: Range }) {
  const { sensor_id: id, name } = sensor;
  const { isDeleted } = useSensorLive(id);
  const mayWrite = useMayWrite();
  // Whoever deletes it is led away, and not told that it is gone.
  const [isLeaving, setLeaving] = useState(false);
  if (isDeleted && !isLeaving) return <Gone name={name} />;
  return (
    <Page title={name} actions={mayWrite ? <Actions sensor={sensor} onLeaving={setLeaving} /> : undefined}>
      <Head sensor={sensor} />
      <ValueCard sensor={sensor} range={range} />
      <IncidentsCard query={sensorIncidentsQuery(id)} none="Its values have opened none so far." />
      <ReadingLog id={id} />
    </Page>
  );
}

function Head({ sensor }: { sensor: SensorView }) {
  const { unit, above, below, last_reading_at: lastAt } = sensor;
  return (
    <section aria-label="Now" className="grid gap-4 rounded-lg border border-line bg-surface p-4">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 text-base">
        <p className="text-2xl font-semibold tabular-nums">{formatValue(sensor.last_value, unit)}</p>
        <SensorState sensor={sensor} />
        <Tags tags={sensor.tags} />
      </div>
      <dl className="grid grid-cols-2 gap-x-6 gap-y-2 sm:grid-cols-3 lg:grid-cols-6">
        <Fact label="Last reading">{lastAt === null ? "none yet" : <RelativeTime at={lastAt} />}</Fact>
        <Fact label="Readings">{sensor.readings}</Fact>
        <Fact label="Too low below">{formatValue(below, unit)}</Fact>
        <Fact label="Too high above">{formatValue(above, unit)}</Fact>
        <Fact label="Location">{sensor.location === "" ? "–" : sensor.location}</Fact>
        <Fact label="Id">{sensor.sensor_id}</Fact>
      </dl>
      {sensor.notes !== "" && <p className="max-w-prose whitespace-pre-wrap text-muted">{sensor.notes}</p>}
    </section>
  );
}

type ActionsProps = { sensor: SensorView; onLeaving(isLeaving: boolean): void };

function Actions({ sensor: { sensor_id: id, name }, onLeaving }: ActionsProps) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const remove = async () => {
    onLeaving(true);
    try {
      await ask(api.DELETE("/api/v1/sensors/{sensor_id}", { params: { path: { sensor_id: id } } }));
    } catch (error) {
      onLeaving(false);
      throw error;
    }
  };
  return (
    <>
      <Link to="/sensors/$id/edit" params={{ id }} className={buttonClass()}>
        <Pencil aria-hidden className="size-4" />
        Edit
      </Link>
      <Confirm
        label="Delete"
        title="Delete this sensor?"
        confirm="Delete it"
        onConfirm={remove}
        onDone={() => {
          tell(`“${name}” is deleted`);
          void navigate({ to: "/sensors" }).then(() => queries.removeQueries({ queryKey: ["sensor", id] }));
        }}
      >
        All its readings go with it, and so do its incidents.
      </Confirm>
    </>
  );
}
