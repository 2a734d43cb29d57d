import type { DeviceView } from "@pulsecheck/shared/device";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { api, ask } from "../../lib/api.ts";
import type { Range } from "../../lib/ranges.ts";
import { workspaceQuery } from "../account/workspace.ts";
import { IncidentsCard } from "../incidents/incidents-card.tsx";
import { USUAL_RANGE } from "../monitors/ranges.ts";
import { ThingDetails, ThingPage } from "../things/thing-page.tsx";
import { DeviceEvents } from "./device-events.tsx";
import { DeviceHead } from "./device-head.tsx";
import { useDeviceLive } from "./device-live.ts";
import { deviceIncidentsQuery, deviceQuery } from "./device-queries.ts";
import { DEVICE } from "./device-words.ts";
import { PresenceCard } from "./presence-card.tsx";
import { ValueCards } from "./values-card.tsx";

const route = getRouteApi("/inside/devices/$id");

/** One device: how it is, how it was, and what can be done about it. */
export function DevicePage() {
  const { id } = route.useParams();
  const { range = USUAL_RANGE } = route.useSearch();
  return (
    <ThingPage words={DEVICE} query={useQuery(deviceQuery(id))}>
      {(device) => <Details key={id} device={device} range={range} />}
    </ThingPage>
  );
}

function Details({ device, range }: { device: DeviceView; range: Range }) {
  const { device_id: id, name } = device;
  const { isDeleted } = useDeviceLive(id);
  const { data: workspace } = useQuery(workspaceQuery);
  const remove = () => ask(api.DELETE("/api/v1/devices/{device_id}", { params: { path: { device_id: id } } }));
  return (
    <ThingDetails words={DEVICE} id={id} name={name} isDeleted={isDeleted} remove={remove}>
      <DeviceHead device={device} />
      <PresenceCard id={id} range={range} />
      <ValueCards id={id} range={range} batteryLow={device.battery_low ?? workspace?.device_battery_low ?? null} />
      <IncidentsCard query={deviceIncidentsQuery(id)} none="It has not been offline so far." />
      <DeviceEvents id={id} />
    </ThingDetails>
  );
}
