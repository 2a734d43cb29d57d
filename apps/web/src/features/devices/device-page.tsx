import type { DeviceView } from "@pulsecheck/shared/device";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { Pencil } from "lucide-react";
import { useState } from "react";
import { NotFound } from "../../app/not-found.tsx";
import { buttonClass } from "../../components/ui/button.tsx";
import { Confirm } from "../../components/ui/confirm.tsx";
import { Page } from "../../components/ui/page.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { tell } from "../../components/ui/toasts.tsx";
import { api, ask } from "../../lib/api.ts";
import type { Range } from "../../lib/ranges.ts";
import { useMayWrite, workspaceQuery } from "../account/workspace.ts";
import { IncidentsCard } from "../incidents/incidents-card.tsx";
import { isMissing } from "../monitors/monitor-queries.ts";
import { USUAL_RANGE } from "../monitors/ranges.ts";
import { DeviceEvents } from "./device-events.tsx";
import { DeviceHead } from "./device-head.tsx";
import { useDeviceLive } from "./device-live.ts";
import { deviceIncidentsQuery, deviceQuery } from "./device-queries.ts";
import { PresenceCard } from "./presence-card.tsx";
import { ValueCards } from "./values-card.tsx";

const route = getRouteApi("/inside/devices/$id");

/** One device: how it is, how it was, and what can be done about it. */
export function DevicePage() {
  const { id } = route.useParams();
  const { range = USUAL_RANGE } = route.useSearch();
  const { data: device, error, refetch } = useQuery(deviceQuery(id));
  if (isMissing(error)) return device === undefined ? <NotFound /> : <Gone name={device.name} />;
  if (device !== undefined) return <DeviceDetails key={id} device={device} range={range} />;
  return (
    <Page title="Device">
      {error ? <Failed error={error} retry={() => void refetch()} /> : <Loading what="the device" />}
    </Page>
  );
}

function Gone({ name }: { name: string }) {
  return (
    <Page title="This device is gone">
      <p>“{name}” was deleted. Its next heartbeat makes it anew.</p>
      <p>
        <Link to="/devices" className={buttonClass("primary")}>
          To the devices
        </Link>
      </p>
    </Page>
  );
}

function DeviceDetails({ device, range }: { device: DeviceView; range: Range }) {
  const { device_id: id, name } = device;
  const { isDeleted } = useDeviceLive(id);
  const { data: workspace } = useQuery(workspaceQuery);
  const mayWrite = useMayWrite();
  // Whoever deletes it is led away, and not told that it is gone.
  const [isLeaving, setLeaving] = useState(false);
  if (isDeleted && !isLeaving) return <Gone name={name} />;
  return (
    <Page title={name} actions={mayWrite ? <Actions device={device} onLeaving={setLeaving} /> : undefined}>
      <DeviceHead device={device} />
      <PresenceCard id={id} range={range} />
      <ValueCards id={id} range={range} batteryLow={device.battery_low ?? workspace?.device_battery_low ?? null} />
      <IncidentsCard query={deviceIncidentsQuery(id)} none="It has not been offline so far." />
      <DeviceEvents id={id} />
    </Page>
  );
}

type ActionsProps = { device: DeviceView; onLeaving(isLeaving: boolean): void };

function Actions({ device: { device_id: id, name }, onLeaving }: ActionsProps) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const remove = async () => {
    onLeaving(true);
    try {
      await ask(api.DELETE("/api/v1/devices/{device_id}", { params: { path: { device_id: id } } }));
    } catch (error) {
      onLeaving(false);
      throw error;
    }
  };
  return (
    <>
      <Link to="/devices/$id/edit" params={{ id }} className={buttonClass()}>
        <Pencil aria-hidden className="size-4" />
        Edit
      </Link>
      <Confirm
        label="Delete"
        title="Delete this device?"
        confirm="Delete it"
        onConfirm={remove}
        onDone={() => {
          tell(`“${name}” is deleted`);
          void navigate({ to: "/devices" }).then(() => queries.removeQueries({ queryKey: ["device", id] }));
        }}
      >
        What it reported goes with it, and so do its incidents. Should it report again, it is made anew.
      </Confirm>
    </>
  );
}
