import type { MaintenanceWindowView } from "@pulsecheck/shared/maintenance-window";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { EyeOff, Repeat } from "lucide-react";
import { Confirm } from "../../components/ui/confirm.tsx";
import { Time } from "../../components/ui/time.tsx";
import { tell } from "../../components/ui/toasts.tsx";
import { api, ask } from "../../lib/api.ts";
import { useBoard } from "../board/board.tsx";
import { windowsQuery } from "./window-queries.ts";
import { describeSchedule, describeTargets } from "./window-words.ts";

/** One window of the list, with what can be done about it. */
export function WindowRow({ window, mayWrite }: { window: MaintenanceWindowView; mayWrite: boolean }) {
  const { store } = useBoard();
  const nameOf = (id: string) => store.rows().get(id)?.name ?? "a monitor";
  return (
    <li className="grid gap-x-4 gap-y-2 p-4 sm:grid-cols-[minmax(0,1fr)_auto] sm:items-center">
      <div className="grid min-w-0 gap-1">
        <p className="flex flex-wrap items-center gap-x-3 wrap-anywhere">
          {mayWrite ? (
            <Link to="/maintenance/$id" params={{ id: window.id }} className="font-medium hover:underline">
              {window.name}
            </Link>
          ) : (
            <span className="font-medium">{window.name}</span>
          )}
          {window.is_hidden && (
            <span className="inline-flex items-center gap-1 text-muted">
              <EyeOff aria-hidden className="size-4" />
              Hidden
            </span>
          )}
        </p>
        <p className="wrap-anywhere text-muted">{describeTargets(window, nameOf)}</p>
        <When window={window} />
      </div>
      {mayWrite && (
        <div className="flex flex-wrap gap-2">
          {window.state === "active" && <EndNow window={window} />}
          <Delete window={window} />
        </div>
      )}
    </li>
  );
}

function When({ window }: { window: MaintenanceWindowView }) {
  const { active_until: until, next_occurrences: next, last_occurrence: last, schedule } = window;
  const [coming] = next;
  return (
    <p className="flex flex-wrap gap-x-4 text-muted">
      {until !== null && (
        <span className="font-medium text-warn">
          until <Time at={until} />
        </span>
      )}
      {coming !== undefined && (
        <span>
          {schedule.kind !== "once" && "next "}
          <Time at={coming.starts_at} /> to <Time at={coming.ends_at} />
        </span>
      )}
      {until === null && coming === undefined && last !== null && (
        <span>
          <Time at={last.starts_at} /> to <Time at={last.ends_at} />
        </span>
      )}
      {schedule.kind !== "once" && (
        <span className="inline-flex items-center gap-1">
          <Repeat aria-hidden className="size-4" />
          {describeSchedule(schedule)}
        </span>
      )}
    </p>
  );
}

function EndNow({ window: { id, name } }: { window: MaintenanceWindowView }) {
  const queries = useQueryClient();
  return (
    <Confirm
      label="End now"
      accessibleName={`End now: ${name}`}
      title={`End “${name}” now?`}
      confirm="End it"
      onConfirm={() => ask(api.POST("/api/v1/maintenance-windows/{id}/end", { params: { path: { id } } }))}
      onDone={() => {
        tell("The maintenance is over.");
        void queries.invalidateQueries({ queryKey: windowsQuery.queryKey });
      }}
    >
      From now on failures count, and alerts go out. Later occurrences come as planned.
    </Confirm>
  );
}

function Delete({ window: { id, name } }: { window: MaintenanceWindowView }) {
  const queries = useQueryClient();
  return (
    <Confirm
      label="Delete"
      accessibleName={`Delete ${name}`}
      title={`Delete “${name}”?`}
      confirm="Delete it"
      onConfirm={() => ask(api.DELETE("/api/v1/maintenance-windows/{id}", { params: { path: { id } } }))}
      onDone={() => {
        tell("The window is deleted.");
        void queries.invalidateQueries({ queryKey: windowsQuery.queryKey });
      }}
    >
      Where it is on, it ends now. What was in maintenance so far stays out of the figures.
    </Confirm>
  );
}
