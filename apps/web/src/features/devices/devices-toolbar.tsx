import { DEVICE_STATUSES } from "@pulsecheck/shared/device";
import { Link, useNavigate } from "@tanstack/react-router";
import { LayoutGrid, Table2 } from "lucide-react";
import { buttonClass } from "../../components/ui/button.tsx";
import { SearchBox } from "../../components/ui/search-box.tsx";
import { deviceSearch, type DeviceSearch } from "./device-search.ts";
import { DEVICE_WORDS } from "./device-status.tsx";

const LOOK = "aria-[current=page]:bg-sunken aria-[current=page]:border-edge";

/** Filtering, searching, and tiles or a table; all of it stands in the address. */
export function DevicesToolbar({ search }: { search: DeviceSearch }) {
  const navigate = useNavigate();
  const { status: _status, ...ofAll } = search;
  const { view: _view, ...asGrid } = search;
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap justify-between gap-2">
        <nav aria-label="Status" className="flex flex-wrap gap-2">
          <Link to="/devices" search={ofAll} activeOptions={{ exact: true }} className={buttonClass("plain", LOOK)}>
            All
          </Link>
          {DEVICE_STATUSES.map((status) => (
            <Link
              key={status}
              to="/devices"
              search={{ ...search, status }}
              activeOptions={{ exact: true }}
              className={buttonClass("plain", LOOK)}
            >
              {DEVICE_WORDS[status]}
            </Link>
          ))}
        </nav>
        <nav aria-label="View" className="flex gap-2">
          <Link to="/devices" search={asGrid} activeOptions={{ exact: true }} className={buttonClass("plain", LOOK)}>
            <LayoutGrid aria-hidden className="size-4" />
            Tiles
          </Link>
          <Link
            to="/devices"
            search={{ ...search, view: "table" }}
            activeOptions={{ exact: true }}
            className={buttonClass("plain", LOOK)}
          >
            <Table2 aria-hidden className="size-4" />
            Table
          </Link>
        </nav>
      </div>
      <div role="search" aria-label="Devices">
        <SearchBox
          label="Search by name, id or location"
          value={search.q ?? ""}
          onChange={(q) => void navigate({ to: "/devices", search: deviceSearch({ ...search, q }), replace: true })}
        />
      </div>
    </div>
  );
}
