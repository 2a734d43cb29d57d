import type { Page as PageOf } from "@pulsecheck/shared/list";
import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { LoadMore } from "../../components/ui/load-more.tsx";
import { Page } from "../../components/ui/page.tsx";
import { Empty, Failed, Loading } from "../../components/ui/states.tsx";
import { isFiltered, type ThingSearch } from "./thing-search.ts";
import type { ThingWords } from "./thing.ts";
import { ThingsToolbar } from "./things-toolbar.tsx";

export type Column = { label: string; look: string };
type Props<Thing> = {
  title: string;
  words: ThingWords;
  search: ThingSearch;
  /** The word for each status that one can filter by. */
  statuses: Readonly<Record<string, string>>;
  query: UseInfiniteQueryResult<InfiniteData<PageOf<Thing>>>;
  things: readonly Thing[];
  keyOf(thing: Thing): string;
  columns: readonly Column[];
  row(thing: Thing): ReactNode;
  tile(thing: Thing): ReactNode;
  actions?: ReactNode;
  /** What is shown where there are none at all. */
  first: ReactNode;
};

/** A list of what reports by itself: as tiles or as a table. */
export function ThingsPage<Thing>(props: Props<Thing>) {
  const { title, words, search, statuses, query, things, actions, first } = props;
  const isNone = query.isSuccess && things.length === 0;
  if (isNone && !isFiltered(search)) return <Page title={title}>{first}</Page>;
  return (
    <Page title={title} actions={actions}>
      <ThingsToolbar place={words.place} label={title} search={search} statuses={statuses} />
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.isLoading && <Loading what={title.toLowerCase()} />}
      {isNone && (
        <Empty title={`No ${words.one} is like that`}>
          <Link to={words.place} className="underline">
            Show all {title.toLowerCase()}
          </Link>
        </Empty>
      )}
      {things.length > 0 && (search.view === "table" ? <Table {...props} /> : <Tiles {...props} />)}
      <LoadMore query={query} end="That was the last one." />
    </Page>
  );
}

function Tiles<Thing>({ title, things, keyOf, tile }: Props<Thing>) {
  return (
    <ul aria-label={title} className="grid gap-3 sm:grid-cols-2 lg:grid-cols-4">
      {things.map((thing) => (
        <li key={keyOf(thing)} className="min-w-0">
          {tile(thing)}
        </li>
      ))}
    </ul>
  );
}

function Table<Thing>({ title, things, columns, row }: Props<Thing>) {
  return (
    <div className="rounded-lg border border-line bg-surface">
      <table aria-label={title} className="w-full table-fixed">
        <thead className="text-left text-xs text-muted">
          <tr>
            {columns.map(({ label, look }) => (
              <th key={label} scope="col" className={`p-2 font-medium ${look}`}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{things.map(row)}</tbody>
      </table>
    </div>
  );
}
