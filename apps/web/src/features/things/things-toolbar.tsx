import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { LayoutGrid, Table2 } from "lucide-react";
import type { ReactNode } from "react";
import { buttonClass } from "../../components/ui/button.tsx";
import { SearchBox } from "../../components/ui/search-box.tsx";
import { LabelMenu } from "./label-menu.tsx";
import { labelsQuery } from "./thing-queries.ts";
import type { ThingSearch } from "./thing-search.ts";
import type { Place } from "./thing.ts";

type Props = { place: Place; label: string; search: ThingSearch; statuses: Readonly<Record<string, string>> };

const MENUS = [
  { key: "tag", label: "Tag", all: "All tags" },
  { key: "location", label: "Location", all: "All locations" },
] as const;

/** Filtering, searching, and tiles or a table; all of it stands in the address. */
export function ThingsToolbar({ place, label, search, statuses }: Props) {
  const navigate = useNavigate();
  const { data: labels } = useQuery(labelsQuery);
  const kind = place === "/devices" ? "devices" : "sensors";
  const change = (next: ThingSearch) => void navigate({ to: place, search: next as never, replace: true });
  const { status: _status, ...ofAll } = search;
  const { view: _view, ...asTiles } = search;
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap justify-between gap-2">
        <nav aria-label="Status" className="flex flex-wrap gap-2">
          <Choice place={place} search={ofAll}>
            All
          </Choice>
          {Object.entries(statuses).map(([status, word]) => (
            <Choice key={status} place={place} search={{ ...search, status }}>
              {word}
            </Choice>
          ))}
        </nav>
        <nav aria-label="View" className="flex gap-2">
          <Choice place={place} search={asTiles}>
            <LayoutGrid aria-hidden className="size-4" />
            Tiles
          </Choice>
          <Choice place={place} search={{ ...search, view: "table" }}>
            <Table2 aria-hidden className="size-4" />
            Table
          </Choice>
        </nav>
      </div>
      <div role="search" aria-label={label} className="flex flex-wrap gap-2">
        <SearchBox
          label="Search by name, id or location"
          value={search.q ?? ""}
          onChange={(q) => change(withText(search, "q", q))}
        />
        {MENUS.map(({ key, ...menu }) => (
          <LabelMenu
            key={key}
            {...menu}
            words={labels?.[kind][`${key}s`] ?? []}
            value={search[key]}
            onChange={(word) => change(withText(search, key, word))}
          />
        ))}
      </div>
    </div>
  );
}

function withText(search: ThingSearch, key: "q" | "tag" | "location", text: string): ThingSearch {
  const { [key]: _before, ...others } = search;
  return text === "" ? others : { ...others, [key]: text };
}

function Choice({ place, search, children }: { place: Place; search: ThingSearch; children: ReactNode }) {
  return (
    <Link
      to={place}
      // Each list has statuses of its own, and drops those of the other.
      search={search as never}
      activeOptions={{ exact: true }}
      className={buttonClass("plain", "aria-[current=page]:bg-sunken aria-[current=page]:border-edge")}
    >
      {children}
    </Link>
  );
}
