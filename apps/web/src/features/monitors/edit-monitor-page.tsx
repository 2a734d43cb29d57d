import type { MonitorInput, MonitorView } from "@pulsecheck/shared/monitor";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { NotFound } from "../../app/not-found.tsx";
import { buttonClass } from "../../components/ui/button.tsx";
import { Page } from "../../components/ui/page.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { tell } from "../../components/ui/toasts.tsx";
import { api, ask } from "../../lib/api.ts";
import { changedOf } from "../../lib/changed-of.ts";
import { CronForm } from "./cron-form.tsx";
import { cronInputOf } from "./cron-form-values.ts";
import { MonitorForm } from "./monitor-form.tsx";
import { inputOf } from "./monitor-form-values.ts";
import { isMissing, monitorQuery } from "./monitor-queries.ts";

const route = getRouteApi("/inside/monitors/$id/edit");

/** All settings of a monitor. Its kind is none of them. */
export function EditMonitorPage() {
  const { id } = route.useParams();
  // What stands in the form must be what is stored now.
  const { data, error, isFetchedAfterMount, refetch } = useQuery({ ...monitorQuery(id), refetchOnMount: "always" });
  if (isMissing(error)) return <NotFound />;
  return (
    <Page title={data === undefined ? "Edit the monitor" : `Edit ${data.name}`}>
      {error && <Failed error={error} retry={() => void refetch()} />}
      {data !== undefined && isFetchedAfterMount ? (
        <EditForm key={id} monitor={data} />
      ) : (
        <Loading what="the monitor" />
      )}
    </Page>
  );
}

function EditForm({ monitor }: { monitor: MonitorView }) {
  const [before] = useState(monitor);
  const save = useSave(before);
  const { id, kind } = before;
  const cancel = (
    <Link to="/monitors/$id" params={{ id }} className={buttonClass()}>
      Cancel
    </Link>
  );
  const common = { before, submit: "Save", more: cancel };
  return (
    <div className="max-w-3xl rounded-lg border border-line bg-surface p-4">
      {kind === "cron" ? (
        <CronForm {...common} send={(values) => save(cronInputOf(values))} />
      ) : (
        <MonitorForm {...common} send={(values) => save(inputOf(values))} />
      )}
    </div>
  );
}

function useSave(before: MonitorView): (input: Record<string, unknown>) => Promise<void> {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { id } = before;
  return async (input) => {
    const body = changedOf(input as Partial<MonitorInput>, before);
    if (Object.keys(body).length > 0) {
      const changed = await ask(api.PATCH("/api/v1/monitors/{id}", { params: { path: { id } }, body }));
      queries.setQueryData(monitorQuery(id).queryKey, changed);
      tell("Saved");
    }
    await navigate({ to: "/monitors/$id", params: { id }, ignoreBlocker: true });
  };
}
