import { LOG_LEVELS, type LogEntryView, type LogLevel } from "@pulsecheck/shared/system-log";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { LoadMore } from "../../components/ui/load-more.tsx";
import { Menu } from "../../components/ui/menu.tsx";
import { Card } from "../../components/ui/page.tsx";
import { SearchBox } from "../../components/ui/search-box.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { Time } from "../../components/ui/time.tsx";
import { useSettled } from "../../lib/settled.ts";
import { logQuery, type LogSearch } from "./operator-queries.ts";

const LEVEL_WORDS: Record<LogLevel, string> = { warn: "Warning", error: "Error", fatal: "Fatal" };
const LEVELS: readonly (readonly [LogLevel | "", string])[] = [
  ["", "All levels"],
  ...LOG_LEVELS.map((level) => [level, LEVEL_WORDS[level]] as const),
];
const PROCESSES: readonly (readonly [LogSearch["process"], string])[] = [
  ["", "All processes"],
  ["api", "API"],
  ["worker", "Worker"],
];

/** What the processes warned of. */
export function LogSection() {
  const [search, setSearch] = useState<LogSearch>({ q: "", level: "", process: "" });
  const query = useInfiniteQuery(logQuery(useSettled(search, 250)));
  const entries = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Card title="System log">
      <div role="search" aria-label="System log" className="flex flex-wrap items-center gap-2">
        <SearchBox label="Search the log" value={search.q} onChange={(q) => setSearch({ ...search, q })} />
        <Menu
          label="Level"
          value={search.level}
          options={LEVELS}
          onChange={(level) => setSearch({ ...search, level })}
        />
        <Menu
          label="Process"
          value={search.process}
          options={PROCESSES}
          onChange={(process) => setSearch({ ...search, process })}
        />
      </div>
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.isLoading && <Loading what="the system log" />}
      {query.isSuccess && entries.length === 0 && <p className="text-muted">No warning or error is like that.</p>}
      <ul aria-label="Warnings and errors" className="divide-y divide-line" aria-busy={query.isPlaceholderData}>
        {entries.map((entry) => (
          <LogItem key={entry.id} entry={entry} />
        ))}
      </ul>
      <LoadMore query={query} end="That was the oldest one." />
    </Card>
  );
}

function LogItem({ entry: { at, level, process, host, pid, message, fields } }: { entry: LogEntryView }) {
  return (
    <li className="grid gap-1 py-3">
      <p className="[overflow-wrap:anywhere]">
        <span className={`font-medium ${level === "warn" ? "text-warn" : "text-down"}`}>{LEVEL_WORDS[level]}</span>{" "}
        {message}
      </p>
      <p className="text-muted [overflow-wrap:anywhere]">
        <Time at={at} precision="second" /> · {process} · {host} · process {pid}
      </p>
      {Object.keys(fields).length > 0 && (
        <details>
          <summary className="w-fit cursor-pointer text-accent">Details</summary>
          <pre className="mt-1 rounded-md bg-sunken p-3 text-xs [overflow-wrap:anywhere] whitespace-pre-wrap">
            {JSON.stringify(fields, null, 2).replaceAll("\\n", "\n")}
          </pre>
        </details>
      )}
    </li>
  );
}
