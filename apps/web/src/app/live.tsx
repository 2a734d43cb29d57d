import { useQueryClient } from "@tanstack/react-query";
import { createContext, use, useEffect, useState, useSyncExternalStore, type ReactNode } from "react";
import { meQuery, useReloadAfterLogin } from "../features/account/session.ts";
import { ownWorkspacesQuery } from "../features/members/own-workspaces.ts";
import { dropPendingDeletes } from "../features/monitors/delete-monitor.ts";
import type { LiveState } from "../lib/kept-socket.ts";
import { createLiveSocket, type LiveFrame, type LiveSocket, type Watched } from "../lib/live-socket.ts";

const LiveContext = createContext<LiveSocket | null>(null);

/** Opens the dashboard's socket for all that is inside, as long as it is shown. */
export function LiveProvider({ children }: { children: ReactNode }) {
  useReloadAfterLogin(dropPendingDeletes);
  const queries = useQueryClient();
  const [live] = useState(() => {
    // Asking who we are tells whether the session has ended, and the shell acts on it.
    const askWhoWeAre = () => void queries.prefetchQuery({ ...meQuery, staleTime: 0 });
    const created = createLiveSocket(askWhoWeAre);
    created.onState(() => {
      if (created.state() === "ended") {
        askWhoWeAre();
        void queries.invalidateQueries({ queryKey: ownWorkspacesQuery.queryKey });
      }
      // What failed while there was no connection is asked for again.
      if (created.state() === "live")
        void queries.invalidateQueries({ predicate: ({ state }) => state.status === "error" });
    });
    return created;
  });
  useEffect(() => {
    live.open();
    return live.close;
  }, [live]);
  return <LiveContext value={live}>{children}</LiveContext>;
}

export function useLive(): LiveSocket {
  const live = use(LiveContext);
  if (live === null) throw new Error("useLive stands outside of a LiveProvider");
  return live;
}

export function useLiveState(): LiveState {
  const live = useLive();
  return useSyncExternalStore(live.onState, live.state);
}

/** Calls `hear` with every frame from now on. It may change from one rendering to the next. */
export function useFrames(hear: (frame: LiveFrame) => void): void {
  const live = useLive();
  useEffect(() => live.onFrame(hear), [live, hear]);
}

/** Has every check of these monitors told as `monitor.checked`, while the component is shown. */
export function useWatch(monitorIds: readonly string[]): void {
  useWatched("monitors", monitorIds);
}

/** Has every heartbeat of these devices told as `device.heartbeat`, while the component is shown. */
export function useWatchDevices(deviceIds: readonly string[]): void {
  useWatched("devices", deviceIds);
}

function useWatched(kind: Watched["kind"], ids: readonly string[]): void {
  const live = useLive();
  const [who] = useState(() => Symbol("watch"));
  useEffect(() => live.watch(who, { kind, ids }), [live, who, kind, ids]);
  useEffect(() => () => live.watch(who, { kind, ids: [] }), [live, who, kind]);
}
