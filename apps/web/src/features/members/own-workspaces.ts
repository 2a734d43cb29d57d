import type { Page } from "@pulsecheck/shared/list";
import type { OwnWorkspaceView } from "@pulsecheck/shared/workspace";
import { queryOptions } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { api, API_BASE, ask } from "../../lib/api.ts";
import { CHOSEN_WORKSPACE, rememberWorkspace } from "../../lib/chosen-workspace.ts";
import { sendPendingDeletes } from "../monitors/delete-monitor.ts";
import { cursorOf } from "../things/thing-queries.ts";

/** The workspaces that the reader is a member of, the personal one first. */
export const ownWorkspacesQuery = queryOptions({
  queryKey: ["own-workspaces"],
  queryFn: async () => {
    const all: OwnWorkspaceView[] = [];
    let cursor: string | null = null;
    do {
      const query = { limit: 100, ...cursorOf(cursor) };
      const page: Page<OwnWorkspaceView> = await ask(api.GET("/users/me/workspaces", { params: { query } }));
      all.push(...page.items);
      cursor = page.next_cursor;
    } while (cursor !== null);
    return all;
  },
  refetchOnWindowFocus: true,
});

/** The workspace that the page shows: the chosen one, or the first, as the API does it. */
export function findShown(workspaces: readonly OwnWorkspaceView[]): OwnWorkspaceView | undefined {
  return CHOSEN_WORKSPACE === null ? workspaces[0] : workspaces.find(({ id }) => id === CHOSEN_WORKSPACE);
}

type Named = Pick<OwnWorkspaceView, "id" | "is_personal">;

/** Loads the dashboard anew, in this workspace. */
export function openWorkspace({ id, is_personal: isPersonal }: Named): void {
  rememberWorkspace(isPersonal ? null : id);
  location.assign(`${API_BASE}/`);
}

/** The same from within the dashboard: unsaved changes are asked about, and what could still be undone is done. */
export function useSwitchWorkspace(): (workspace: Named) => Promise<void> {
  const router = useRouter();
  return async (workspace) => {
    await router.navigate({ to: "/" });
    if (router.state.location.pathname !== "/") return;
    await sendPendingDeletes();
    openWorkspace(workspace);
  };
}
