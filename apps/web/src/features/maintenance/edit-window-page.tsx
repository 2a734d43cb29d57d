import type { MaintenanceWindowView, WindowInput } from "@pulsecheck/shared/maintenance-window";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { NotFound } from "../../app/not-found.tsx";
import { Page } from "../../components/ui/page.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { tell } from "../../components/ui/toasts.tsx";
import { api, ask } from "../../lib/api.ts";
import { isMissing } from "../monitors/monitor-queries.ts";
import { windowQuery } from "./window-queries.ts";
import { WindowForm } from "./window-form.tsx";

const route = getRouteApi("/inside/maintenance/$id");

export function NewWindowPage() {
  const leave = useLeave();
  const create = async (body: WindowInput) => {
    await ask(api.POST("/api/v1/maintenance-windows", { body }));
    await leave("The window is created.");
  };
  return (
    <Page title="New maintenance window">
      <WindowForm before={null} submit="Create the window" send={create} />
    </Page>
  );
}

export function EditWindowPage() {
  const { id } = route.useParams();
  const { data: window, error, refetch } = useQuery(windowQuery(id));
  if (isMissing(error)) return <NotFound />;
  return (
    <Page title={window === undefined ? "Maintenance window" : `Edit ${window.name}`}>
      {error !== null && <Failed error={error} retry={() => void refetch()} />}
      {window !== undefined && <Editor key={id} window={window} />}
      {window === undefined && error === null && <Loading what="the window" />}
    </Page>
  );
}

function Editor({ window }: { window: MaintenanceWindowView }) {
  const leave = useLeave();
  const save = async ({ schedule, ...rest }: WindowInput) => {
    // An unchanged schedule is not planned anew: an occurrence that was ended early stays so.
    const isSame = JSON.stringify(schedule) === JSON.stringify(window.schedule);
    const body = isSame ? rest : { ...rest, schedule };
    await ask(api.PATCH("/api/v1/maintenance-windows/{id}", { params: { path: { id: window.id } }, body }));
    await leave("The window is saved.");
  };
  return <WindowForm before={window} submit="Save" send={save} />;
}

function useLeave() {
  const navigate = useNavigate();
  return async (words: string) => {
    tell(words);
    await navigate({ to: "/maintenance", ignoreBlocker: true });
  };
}
