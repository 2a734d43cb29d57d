import { getRouteApi, Link } from "@tanstack/react-router";
import { Plus, Upload } from "lucide-react";
import { useMemo } from "react";
import { buttonClass } from "../../components/ui/button.tsx";
import { ExportButtons } from "../../components/ui/export-buttons.tsx";
import { Page } from "../../components/ui/page.tsx";
import { Empty, Failed, Loading } from "../../components/ui/states.tsx";
import { useMayWrite } from "../account/workspace.ts";
import { BoardList } from "./board-list.tsx";
import { arrangeBoard, countBoard, listTags, type BoardSearch } from "./board-search.ts";
import { BoardToolbar } from "./board-toolbar.tsx";
import { useBoard } from "./board.tsx";
import { FirstMonitor } from "./first-monitor.tsx";

const route = getRouteApi("/inside/");

/** Everything at a glance: what is down first, then the rest. */
export function BoardPage() {
  const { store, load, version } = useBoard();
  const search = route.useSearch();
  const isEmpty = load.state === "ready" && store.rows().size === 0;
  // oxlint-disable-next-line react/exhaustive-deps -- the rows are the same map; its version tells of a change
  const ids = useMemo(() => arrangeBoard(store.rows().values(), search), [store, search, version]);
  // oxlint-disable-next-line react/exhaustive-deps -- as above
  const counts = useMemo(() => countBoard(store.rows().values()), [store, version]);
  // oxlint-disable-next-line react/exhaustive-deps -- as above
  const tags = useMemo(() => listTags(store.rows().values()), [store, version]);
  if (isEmpty) return <NoMonitors />;
  return (
    <Page
      title={counts.DOWN > 0 ? `${counts.DOWN} down` : "Monitors"}
      heading="Monitors"
      actions={<Actions search={search} />}
    >
      {load.state === "failed" && <Failed error={load.error} retry={load.retry} />}
      {load.state === "loading" && ids.length === 0 ? (
        <Loading what="monitors" />
      ) : (
        <>
          <BoardToolbar search={search} counts={counts} tags={tags} />
          {ids.length > 0 && <BoardList ids={ids} days={search.days ?? 30} />}
          {ids.length === 0 && load.state === "ready" && (
            <Empty title="No monitor is like that">
              <Link to="/" className="underline">
                Show all monitors
              </Link>
            </Empty>
          )}
        </>
      )}
    </Page>
  );
}

function NoMonitors() {
  if (useMayWrite() !== false) return <FirstMonitor />;
  return (
    <Page title="Monitors">
      <Empty title="No monitors yet">They show here as soon as somebody adds one.</Empty>
    </Page>
  );
}

function Actions({ search: { q, tag, status } }: { search: BoardSearch }) {
  const filters = () => ({
    ...(q === undefined || q.trim() === "" ? {} : { q }),
    ...(tag === undefined ? {} : { tag }),
    ...(status === undefined ? {} : { is_active: String(status !== "PAUSED") }),
    ...(status === undefined || status === "PAUSED" ? {} : { status }),
  });
  return (
    <>
      <ExportButtons label="monitors" what="monitors" filters={filters} />
      <AddMonitor />
    </>
  );
}

function AddMonitor() {
  if (useMayWrite() !== true) return null;
  return (
    <>
      <Link to="/import" className={buttonClass()}>
        <Upload aria-hidden className="size-4" />
        Import
      </Link>
      <Link to="/monitors/new" className={buttonClass("primary")}>
        <Plus aria-hidden className="size-4" />
        Add a monitor
      </Link>
    </>
  );
}
