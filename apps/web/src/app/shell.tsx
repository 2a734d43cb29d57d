import { useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useRouter } from "@tanstack/react-router";
import {
  Activity,
  ChartColumn,
  Cpu,
  Gauge,
  LogOut,
  MonitorCheck,
  RadioTower,
  ServerCog,
  Settings,
  TriangleAlert,
  Wrench,
} from "lucide-react";
import { useEffect, type MouseEvent } from "react";
import { buttonClass, Button } from "../components/ui/button.tsx";
import { tellError } from "../components/ui/toasts.tsx";
import { logOut, useMe } from "../features/account/session.ts";
import { BoardProvider } from "../features/board/board.tsx";
import { OpenIncidentsBadge } from "../features/incidents/open-incidents.tsx";
import { WorkspaceSwitcher } from "../features/members/workspace-switcher.tsx";
import { sendPendingDeletes } from "../features/monitors/delete-monitor.ts";
import { ApiError, whenSessionEnds } from "../lib/api.ts";
import { ConnectionState } from "./connection-state.tsx";
import { LiveProvider } from "./live.tsx";

const PLACES = [
  { to: "/", label: "Monitors", Icon: MonitorCheck },
  { to: "/devices", label: "Devices", Icon: Cpu },
  { to: "/sensors", label: "Sensors", Icon: Gauge },
  { to: "/incidents", label: "Incidents", Icon: TriangleAlert },
  { to: "/analytics", label: "Analytics", Icon: ChartColumn },
  { to: "/maintenance", label: "Maintenance", Icon: Wrench },
  { to: "/status-pages", label: "Status pages", Icon: RadioTower },
  { to: "/settings", label: "Settings", Icon: Settings },
] as const;

/** The frame of every page behind the login: where one can go, and whether what one sees is live. */
export function Shell() {
  return (
    <LiveProvider>
      <BoardProvider>
        <a
          href="#main"
          onClick={skipToContent}
          className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:bg-surface focus:p-2"
        >
          Skip to the content
        </a>
        <Header />
        <main
          id="main"
          tabIndex={-1}
          aria-labelledby="title"
          className="mx-auto w-full max-w-6xl px-3 py-5 outline-none sm:px-6"
        >
          <Outlet />
        </main>
      </BoardProvider>
    </LiveProvider>
  );
}

// By hand: with a <base>, the link's own address is one of the start page.
function skipToContent(event: MouseEvent): void {
  event.preventDefault();
  document.querySelector<HTMLElement>("#main")?.focus();
}

function Header() {
  return (
    <header className="sticky top-0 z-30 border-b border-line bg-surface">
      <div className="mx-auto flex max-w-7xl items-center gap-x-2 px-3 max-xl:flex-wrap sm:gap-x-4 sm:px-6">
        <Link to="/" className="flex items-center gap-2 py-3 font-semibold max-sm:mr-auto">
          <Activity aria-hidden className="size-5 text-accent" />
          <span className="max-md:sr-only">PulseCheck</span>
        </Link>
        <nav
          aria-label="Main"
          className="flex min-w-0 flex-1 gap-1 max-sm:order-last max-sm:basis-full max-sm:justify-between max-sm:pb-1"
        >
          {PLACES.map(({ to, label, Icon }) => (
            <Link
              key={to}
              to={to}
              title={label}
              activeOptions={{ exact: to === "/", includeSearch: false }}
              className={buttonClass(
                "quiet",
                "px-2 text-muted max-lg:px-1.5 aria-[current=page]:bg-sunken aria-[current=page]:text-ink",
              )}
            >
              <Icon aria-hidden className="size-4 xl:hidden" />
              <span className="max-xl:sr-only">{label}</span>
              {to === "/incidents" && <OpenIncidentsBadge />}
            </Link>
          ))}
        </nav>
        <ConnectionState />
        <WorkspaceSwitcher />
        <OperatorLink />
        <LogOutButton />
      </div>
    </header>
  );
}

/** For those who operate the instance. */
function OperatorLink() {
  if (!useMe().is_superuser) return null;
  return (
    <Link
      to="/operator"
      activeOptions={{ includeSearch: false }}
      title="Operate this instance"
      aria-label="Operator"
      className={buttonClass("quiet", "px-2 text-muted aria-[current=page]:bg-sunken aria-[current=page]:text-ink")}
    >
      <ServerCog aria-hidden className="size-4" />
    </Link>
  );
}

function LogOutButton() {
  const me = useMe();
  const leave = useLogOut();
  useLeaveWhenSessionEnds();
  return (
    <Button
      look="quiet"
      className="px-2 text-muted"
      title={`Log out ${me.email}`}
      aria-label="Log out"
      onClick={() => void leave()}
    >
      <LogOut aria-hidden className="size-4" />
    </Button>
  );
}

function useLogOut() {
  const queries = useQueryClient();
  const router = useRouter();
  return async () => {
    // First, so that unsaved changes are asked about. Whoever stays for them goes on to some other place later.
    await router.navigate({ to: "/login" });
    if (router.state.location.pathname !== "/login") return;
    await sendPendingDeletes();
    try {
      await logOut();
    } catch (error) {
      const hasEnded = error instanceof ApiError && error.status === 401;
      if (!hasEnded) {
        tellError(error);
        return router.navigate({ to: "/" });
      }
    }
    queries.clear();
  };
}

function useLeaveWhenSessionEnds() {
  const queries = useQueryClient();
  const router = useRouter();
  useEffect(
    () =>
      whenSessionEnds(() => {
        void sendPendingDeletes();
        const next = router.state.location.href;
        void router.navigate({ to: "/login", search: { next } }).then(() => queries.clear());
      }),
    [router, queries],
  );
}
