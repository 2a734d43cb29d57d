import type { MonitorInput } from "@pulsecheck/shared/monitor";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { buttonClass } from "../../components/ui/button.tsx";
import { Page } from "../../components/ui/page.tsx";
import { api, ask } from "../../lib/api.ts";
import { useBoard } from "../board/board.tsx";
import { MonitorForm } from "./monitor-form.tsx";
import { inputOf, type MonitorFormValues } from "./monitor-form-values.ts";
import { monitorQuery } from "./monitor-queries.ts";

/** Asks what to watch, and leads to it. */
export function NewMonitorPage() {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { store } = useBoard();
  const create = async (values: MonitorFormValues) => {
    const body = inputOf(values) as Omit<MonitorInput, "kind">;
    const monitor = await ask(api.POST("/api/v1/monitors", { body }));
    // The first check's result may be here before the event that tells of the monitor: the row is needed at once.
    store.hear({ type: "monitor.created", data: monitor });
    queries.setQueryData(monitorQuery(monitor.id).queryKey, monitor);
    await navigate({ to: "/monitors/$id", params: { id: monitor.id }, ignoreBlocker: true });
  };
  const cancel = (
    <Link to="/" className={buttonClass()}>
      Cancel
    </Link>
  );
  return (
    <Page title="Add a monitor">
      <div className="max-w-3xl rounded-lg border border-line bg-surface p-4">
        <MonitorForm before={null} submit="Watch it" send={create} more={cancel} />
      </div>
    </Page>
  );
}
