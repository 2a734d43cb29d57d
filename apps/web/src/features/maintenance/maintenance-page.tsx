import { MAINTENANCE_WINDOWS, type MaintenanceWindowView } from "@pulsecheck/shared/maintenance-window";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { buttonClass } from "../../components/ui/button.tsx";
import { Page } from "../../components/ui/page.tsx";
import { Empty, Failed, Loading } from "../../components/ui/states.tsx";
import { useMayWrite } from "../account/workspace.ts";
import { useWindowFrames, windowsQuery } from "./window-queries.ts";
import { WindowRow } from "./window-row.tsx";

const STATES = [
  ["active", "On now"],
  ["upcoming", "Upcoming"],
  ["past", "Past"],
] as const;

/** Every maintenance window of the workspace. */
export function MaintenancePage() {
  const { data: windows, error, refetch } = useQuery(windowsQuery);
  const mayWrite = useMayWrite() === true;
  useWindowFrames();
  return (
    <Page title="Maintenance" actions={mayWrite && <NewWindow count={windows?.length ?? 0} />}>
      {windows === undefined && error === null && <Loading what="maintenance windows" />}
      {error !== null && <Failed error={error} retry={() => void refetch()} />}
      {windows?.length === 0 && (
        <Empty title="No maintenance window yet">
          While a window is on, what it covers alerts nobody, and what fails counts as neither good nor bad. Status
          pages announce it.
        </Empty>
      )}
      {STATES.map(([state, title]) => (
        <WindowList
          key={state}
          title={title}
          windows={windows?.filter((window) => window.state === state) ?? []}
          mayWrite={mayWrite}
        />
      ))}
    </Page>
  );
}

function NewWindow({ count }: { count: number }) {
  if (count >= MAINTENANCE_WINDOWS.perWorkspace)
    return <p className="text-muted">A workspace has at most {MAINTENANCE_WINDOWS.perWorkspace} windows.</p>;
  return (
    <Link to="/maintenance/new" className={buttonClass("primary")}>
      <Plus aria-hidden className="size-4" />
      New window
    </Link>
  );
}

type ListProps = { title: string; windows: readonly MaintenanceWindowView[]; mayWrite: boolean };

function WindowList({ title, windows, mayWrite }: ListProps) {
  if (windows.length === 0) return null;
  return (
    <section aria-label={title} className="grid gap-2">
      <h2 className="font-semibold">{title}</h2>
      <ul aria-label={title} className="divide-y divide-line rounded-lg border border-line bg-surface">
        {windows.map((window) => (
          <WindowRow key={window.id} window={window} mayWrite={mayWrite} />
        ))}
      </ul>
    </section>
  );
}
