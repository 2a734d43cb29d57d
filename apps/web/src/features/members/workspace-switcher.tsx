import type { OwnWorkspaceView } from "@pulsecheck/shared/workspace";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { Menu } from "../../components/ui/menu.tsx";
import { tell } from "../../components/ui/toasts.tsx";
import { API_BASE, whenSomethingIsMissing } from "../../lib/api.ts";
import { CHOSEN_WORKSPACE, giveUpWorkspace, takeLoss } from "../../lib/chosen-workspace.ts";
import { dropPendingDeletes } from "../monitors/delete-monitor.ts";
import { findShown, ownWorkspacesQuery, useSwitchWorkspace } from "./own-workspaces.ts";

/** Which workspace one is in, as what, and which others there are. */
export function WorkspaceSwitcher() {
  const { data: workspaces } = useQuery(ownWorkspacesQuery);
  const switchTo = useSwitchWorkspace();
  useFallBack(workspaces);
  const current = workspaces && findShown(workspaces);
  if (workspaces === undefined || current === undefined) return null;
  return (
    // Where it is narrow, but no phone, it has a line of its own, and none where there is nothing to switch to.
    <div
      className={
        workspaces.length > 1
          ? "min-w-0 max-sm:flex-1 sm:max-xl:order-last sm:max-xl:w-full sm:max-xl:pb-2 sm:max-xl:[&>select]:max-w-full"
          : "max-xl:hidden"
      }
    >
      <Menu
        label="Workspace"
        value={current.id}
        options={workspaces.map(({ id, name, role }) => [id, `${role} · ${name}`] as const)}
        onChange={(id) => {
          const chosen = workspaces.find((one) => one.id === id);
          if (chosen !== undefined) void switchTo(chosen);
        }}
      />
    </div>
  );
}

/** Whoever is no member any more of what they look at goes on in their personal workspace. */
function useFallBack(workspaces: readonly OwnWorkspaceView[] | undefined): void {
  const queries = useQueryClient();
  useEffect(
    () =>
      whenSomethingIsMissing(() => {
        if (CHOSEN_WORKSPACE !== null) void queries.invalidateQueries({ queryKey: ownWorkspacesQuery.queryKey });
      }),
    [queries],
  );
  const isGone = CHOSEN_WORKSPACE !== null && workspaces !== undefined && findShown(workspaces) === undefined;
  useEffect(() => {
    if (!isGone) return;
    dropPendingDeletes();
    giveUpWorkspace();
    location.assign(`${API_BASE}/`);
  }, [isGone]);
  useEffect(() => {
    if (takeLoss()) tell("You are not a member of that workspace any more. This is your own.", "failed");
  }, []);
}
