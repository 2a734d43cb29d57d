import type { MonitorView } from "@pulsecheck/shared/monitor";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Pause, Pencil, Play, RotateCw, Trash2 } from "lucide-react";
import { Button, buttonClass } from "../../components/ui/button.tsx";
import { tell, tellError } from "../../components/ui/toasts.tsx";
import { api, ask } from "../../lib/api.ts";
import { useBoard } from "../board/board.tsx";
import { describeCheck } from "./check-words.ts";
import { deleteMonitor } from "./delete-monitor.ts";
import { KIND_WORDS } from "./kind-words.ts";
import { addCheck } from "./monitor-live.ts";
import { monitorQuery } from "./monitor-queries.ts";

/** What can be done with a monitor by those who may. */
export function MonitorActions({ monitor }: { monitor: MonitorView }) {
  return (
    <>
      {/* A cron job pings us: there is nothing to ask. */}
      {monitor.kind === "http" && <CheckNow id={monitor.id} />}
      <Link to="/monitors/$id/edit" params={{ id: monitor.id }} className={buttonClass()}>
        <Pencil aria-hidden className="size-4" />
        Edit
      </Link>
      <PauseOrResume monitor={monitor} />
      <Delete monitor={monitor} />
    </>
  );
}

function CheckNow({ id }: { id: string }) {
  const queries = useQueryClient();
  const checking = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/monitors/{id}/check", { params: { path: { id } } })),
    onSuccess(check) {
      addCheck(queries, check);
      tell(`Checked: ${describeCheck(check)}`, check.ok ? "done" : "failed");
    },
    onError: tellError,
  });
  return (
    <Button look="primary" isBusy={checking.isPending} onClick={() => checking.mutate()}>
      <RotateCw aria-hidden className={`size-4 ${checking.isPending ? "animate-spin" : ""}`} />
      Check now
    </Button>
  );
}

function PauseOrResume({ monitor: { id, kind, is_active: isActive } }: { monitor: MonitorView }) {
  const queries = useQueryClient();
  const changing = useMutation({
    mutationFn: () =>
      ask(api.PATCH("/api/v1/monitors/{id}", { params: { path: { id } }, body: { is_active: !isActive } })),
    onSuccess(changed) {
      queries.setQueryData(monitorQuery(id).queryKey, changed);
      tell(isActive ? KIND_WORDS[kind].paused : KIND_WORDS[kind].resumed);
    },
    onError: tellError,
  });
  const Icon = isActive ? Pause : Play;
  return (
    <Button isBusy={changing.isPending} onClick={() => changing.mutate()}>
      <Icon aria-hidden className="size-4" />
      {isActive ? "Pause" : "Resume"}
    </Button>
  );
}

function Delete({ monitor }: { monitor: MonitorView }) {
  const { store } = useBoard();
  const navigate = useNavigate();
  const remove = () => {
    deleteMonitor(store, monitor);
    void navigate({ to: "/" });
  };
  return (
    <Button className="text-down" onClick={remove}>
      <Trash2 aria-hidden className="size-4" />
      Delete
    </Button>
  );
}
