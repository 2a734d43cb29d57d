import type { MonitorKind } from "@pulsecheck/shared/monitor";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { buttonClass } from "../../components/ui/button.tsx";
import { Page } from "../../components/ui/page.tsx";
import { RadioRow } from "../../components/ui/radio-row.tsx";
import type { paths } from "../../generated/api.ts";
import { api, ask } from "../../lib/api.ts";
import { useBoard } from "../board/board.tsx";
import { CronForm } from "./cron-form.tsx";
import { cronInputOf } from "./cron-form-values.ts";
import { MonitorForm } from "./monitor-form.tsx";
import { inputOf } from "./monitor-form-values.ts";
import { monitorQuery } from "./monitor-queries.ts";

type NewMonitor = NonNullable<paths["/api/v1/monitors"]["post"]["requestBody"]>["content"]["application/json"];

const KINDS: Record<MonitorKind, string> = { http: "Website", cron: "Cron job" };

/** Asks what to watch, and leads to it. */
export function NewMonitorPage() {
  const [kind, setKind] = useState<MonitorKind>("http");
  const create = useCreate();
  const cancel = (
    <Link to="/" className={buttonClass()}>
      Cancel
    </Link>
  );
  return (
    <Page title="Add a monitor">
      <div className="grid max-w-3xl gap-4 rounded-lg border border-line bg-surface p-4">
        <RadioRow
          legend="What is watched"
          options={KINDS}
          name="kind"
          current={kind}
          onChange={({ target }) => setKind(target.value as MonitorKind)}
        />
        {kind === "http" ? (
          <MonitorForm
            before={null}
            submit="Watch it"
            send={(values) => create(inputOf(values) as NewMonitor)}
            more={cancel}
          />
        ) : (
          <>
            <p className="text-muted">
              A cron job tells by itself: it opens a URL when it is done, and you hear of it when it does not.
            </p>
            <CronForm
              before={null}
              submit="Watch it"
              send={(values) => create({ ...cronInputOf(values), kind } as NewMonitor)}
              more={cancel}
            />
          </>
        )}
      </div>
    </Page>
  );
}

function useCreate(): (body: NewMonitor) => Promise<void> {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { store } = useBoard();
  return async (body) => {
    const monitor = await ask(api.POST("/api/v1/monitors", { body }));
    // The first check's result may be here before the event that tells of the monitor: the row is needed at once.
    store.hear({ type: "monitor.created", data: monitor });
    queries.setQueryData(monitorQuery(monitor.id).queryKey, monitor);
    await navigate({ to: "/monitors/$id", params: { id: monitor.id }, ignoreBlocker: true });
  };
}
