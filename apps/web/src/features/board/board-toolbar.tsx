import { Link, useNavigate } from "@tanstack/react-router";
import { buttonClass } from "../../components/ui/button.tsx";
import { SearchBox } from "../../components/ui/search-box.tsx";
import { BOARD_FILTERS, BOARD_SORTS, type BoardCounts, type BoardFilter, type BoardSearch } from "./board-search.ts";

const FILTER_WORDS: Record<BoardFilter, string> = { DOWN: "Down", UP: "Up", UNKNOWN: "Unknown", PAUSED: "Paused" };
const SORT_WORDS: Record<(typeof BOARD_SORTS)[number], string> = {
  attention: "Down first",
  name: "By name",
  slowest: "Slowest first",
  checked: "Lately checked first",
};
const SELECT = "min-h-9 max-w-44 rounded-md border border-edge bg-surface px-2 py-1.5";

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
          <select
            aria-label="Tag"
            className={SELECT}
            value={search.tag ?? ""}
            onChange={(event) => change({ tag: event.target.value })}
          >
            <option value="">All tags</option>
            {tags.map((tag) => (
              <option key={tag}>{tag}</option>
            ))}
          </select>
        )}
        <select
          aria-label="Order"
          className={SELECT}
          value={search.sort ?? "attention"}
          onChange={(event) => change({ sort: event.target.value === "attention" ? "" : event.target.value })}
        >
          {BOARD_SORTS.map((sort) => (
            <option key={sort} value={sort}>
              {SORT_WORDS[sort]}
            </option>
          ))}
        </select>
        <select
          aria-label="Uptime over"
          className={SELECT}
          value={search.days ?? 30}
          onChange={(event) => change({ days: event.target.value === "90" ? 90 : "" })}
        >
          <option value={30}>30 days</option>
          <option value={90}>90 days</option>
        </select>
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
