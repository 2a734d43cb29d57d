import type { SensorView } from "@pulsecheck/shared/sensor";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { api, ask } from "../../lib/api.ts";
import type { Range } from "../../lib/ranges.ts";
import { IncidentsCard } from "../incidents/incidents-card.tsx";
import { USUAL_RANGE } from "../monitors/ranges.ts";
import { ThingDetails, ThingPage } from "../things/thing-page.tsx";
import { CorrectionsCard } from "./corrections-card.tsx";
import { ReadingLog } from "./reading-log.tsx";
import { SensorHead } from "./sensor-head.tsx";
import { useSensorLive } from "./sensor-live.ts";
import { sensorIncidentsQuery, sensorQuery } from "./sensor-queries.ts";
import { SENSOR } from "./sensor-words.ts";
import { ValueCard } from "./value-card.tsx";

const route = getRouteApi("/inside/sensors/$id");

/** One sensor: its values now and over time, and what can be done about it. */
export function SensorPage() {
  const { id } = route.useParams();
  const { range = USUAL_RANGE } = route.useSearch();
  return (
    <ThingPage words={SENSOR} query={useQuery(sensorQuery(id))}>
      {(sensor) => <Details key={id} sensor={sensor} range={range} />}
    </ThingPage>
  );
}

function Details({ sensor, range }: { sensor: SensorView; range: Range }) {
  const { sensor_id: id, name } = sensor;
  const { isDeleted } = useSensorLive(id);
  const remove = () => ask(api.DELETE("/api/v1/sensors/{sensor_id}", { params: { path: { sensor_id: id } } }));
  return (
    <ThingDetails words={SENSOR} id={id} name={name} isDeleted={isDeleted} remove={remove}>
      <SensorHead sensor={sensor} />
      <ValueCard sensor={sensor} range={range} />
      <IncidentsCard query={sensorIncidentsQuery(id)} none="Its values have opened none so far." />
      <ReadingLog id={id} />
      <CorrectionsCard id={id} unit={sensor.unit} />
    </ThingDetails>
  );
}
