import { Link, useNavigate } from "@tanstack/react-router";
import { buttonClass } from "../../components/ui/button.tsx";
import { Menu } from "../../components/ui/menu.tsx";
import { SearchBox } from "../../components/ui/search-box.tsx";
import { BOARD_FILTERS, BOARD_SORTS, type BoardCounts, type BoardFilter, type BoardSearch } from "./board-search.ts";

const FILTER_WORDS: Record<BoardFilter, string> = { DOWN: "Down", UP: "Up", UNKNOWN: "Unknown", PAUSED: "Paused" };
const SORT_WORDS: Record<(typeof BOARD_SORTS)[number], string> = {
  attention: "Down first",
  name: "By name",
  slowest: "Slowest first",
  checked: "Lately checked first",
};
const DAYS = [
  ["30", "30 days"],
  ["90", "90 days"],
] as const;

type Props = { search: BoardSearch; counts: BoardCounts; tags: readonly string[] };

/** Searching, filtering and sorting; all of it stands in the address. */
export function BoardToolbar({ search, counts, tags }: Props) {
  const navigate = useNavigate();
  const change = (next: Partial<Record<keyof BoardSearch, unknown>>) => {
    const kept = Object.entries({ ...search, ...next }).filter(([, value]) => value !== "" && value !== undefined);
    void navigate({ to: "/", search: Object.fromEntries(kept), replace: true });
  };
  return (
    <div className="grid gap-3">
      <StatusFilter search={search} counts={counts} />
      <div className="flex flex-wrap gap-2" role="search" aria-label="Monitors">
        <SearchBox label="Search by name or URL" value={search.q ?? ""} onChange={(q) => change({ q })} />
        {tags.length > 0 && (
          <Menu
            label="Tag"
            value={search.tag ?? ""}
            options={[["", "All tags"], ...tags.map((tag) => [tag, tag] as const)]}
            onChange={(tag) => change({ tag })}
          />
        )}
        <Menu
          label="Order"
          value={search.sort ?? "attention"}
          options={BOARD_SORTS.map((sort) => [sort, SORT_WORDS[sort]] as const)}
          onChange={(sort) => change({ sort: sort === "attention" ? "" : sort })}
        />
        <Menu
          label="Uptime over"
          value={`${search.days ?? 30}`}
          options={DAYS}
          onChange={(days) => change({ days: days === "90" ? 90 : "" })}
        />
      </div>
    </div>
  );
}

function StatusFilter({ search, counts }: { search: BoardSearch; counts: BoardCounts }) {
  const { status: _current, ...others } = search;
  const look = "aria-[current=page]:bg-sunken aria-[current=page]:border-edge";
  return (
    <nav aria-label="Status" className="flex flex-wrap gap-2">
      <Link to="/" search={others} activeOptions={{ exact: true }} className={buttonClass("plain", look)}>
        All <span className="text-muted tabular-nums">{counts.ALL}</span>
      </Link>
      {BOARD_FILTERS.map((status) => (
        <Link key={status} to="/" search={{ ...others, status }} className={buttonClass("plain", look)}>
          {FILTER_WORDS[status]} <span className="text-muted tabular-nums">{counts[status]}</span>
        </Link>
      ))}
    </nav>
  );
}
