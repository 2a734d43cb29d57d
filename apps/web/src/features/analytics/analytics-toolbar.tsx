import type { Analysed, Analytics, AnalyticsBucket } from "@pulsecheck/shared/analytics";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { X } from "lucide-react";
import { Button } from "../../components/ui/button.tsx";
import { CheckboxField } from "../../components/ui/field.tsx";
import { Menu } from "../../components/ui/menu.tsx";
import { RangePicker } from "../../components/ui/range-picker.tsx";
import { RANGE_WORDS } from "../../lib/ranges.ts";
import { listTags } from "../board/board-search.ts";
import { useBoard } from "../board/board.tsx";
import { LabelMenu } from "../things/label-menu.tsx";
import { labelsQuery } from "../things/thing-queries.ts";
import {
  ANALYTICS_RANGES,
  analyticsSearch,
  CATEGORIES,
  categoryOf,
  ownDays,
  spanOfSearch,
  thingOf,
  USUAL_ANALYTICS_RANGE,
  type AnalyticsSearch,
  type Category,
} from "./analytics-search.ts";
import { CATEGORY_WORDS, MEASURE_WORDS } from "./analytics-words.ts";

const MEASURES = Object.entries(MEASURE_WORDS) as [Analysed, string][];
const RANGES = ANALYTICS_RANGES.map((range) => [range, `Last ${RANGE_WORDS[range]}`] as const);
const BUCKETS: readonly (readonly [AnalyticsBucket | "", string])[] = [
  ["", "Fitting steps"],
  ["hour", "Hours"],
  ["day", "Days"],
  ["week", "Weeks"],
];

type Props = { search: AnalyticsSearch; analytics: Analytics | undefined };

/** What, by what, when, and of what; all of it stands in the address. */
export function AnalyticsToolbar({ search, analytics }: Props) {
  const { of = "latency", range = USUAL_ANALYTICS_RANGE, bucket = "", compare = false } = search;
  const change = useChange(search);
  const categories = CATEGORIES[of].map((one: Category) => [one, CATEGORY_WORDS[one]] as const);
  return (
    <div role="search" aria-label="Analytics" className="flex flex-wrap items-center gap-2">
      <Menu<Analysed>
        label="What"
        value={of}
        options={MEASURES}
        // Other things have other tags, places and categories.
        onChange={(next) => change({ of: next, by: undefined, tag: undefined, location: undefined, id: undefined })}
      />
      <Menu<Category>
        label="Group"
        value={categoryOf(search)}
        options={categories}
        onChange={(by) => change({ by, id: undefined })}
      />
      <RangePicker
        preset={range}
        presets={RANGES}
        days={ownDays(search)}
        spanAt={(now) => spanOfSearch(search, now)}
        onChange={(next) => change({ range: undefined, from: undefined, to: undefined, ...next })}
      />
      <Menu label="Steps" value={bucket} options={BUCKETS} onChange={(next) => change({ bucket: next })} />
      <Labels search={search} onChange={change} />
      <OneThing search={search} analytics={analytics} onDrop={() => change({ id: undefined })} />
      <CheckboxField
        label="Compare with the period before"
        checked={compare}
        onChange={({ target }) => change({ compare: target.checked })}
      />
    </div>
  );
}

function useChange(search: AnalyticsSearch) {
  const navigate = useNavigate();
  return (next: Partial<Record<keyof AnalyticsSearch, unknown>>) =>
    void navigate({ to: "/analytics", search: analyticsSearch({ ...search, ...next }), replace: true });
}

type LabelProps = { search: AnalyticsSearch; onChange(next: AnalyticsSearch): void };

function Labels({ search: { of = "latency", tag, location }, onChange }: LabelProps) {
  const { data: labels } = useQuery(labelsQuery);
  const { store } = useBoard();
  const thing = thingOf(of);
  const found = thing === "monitor" ? null : labels?.[`${thing}s`];
  const tags = thing === "monitor" ? listTags(store.rows().values()) : (found?.tags ?? []);
  return (
    <>
      <LabelMenu label="Tag" all="All tags" words={tags} value={tag} onChange={(word) => onChange({ tag: word })} />
      {thing !== "monitor" && (
        <LabelMenu
          label="Location"
          all="All locations"
          words={found?.locations ?? []}
          value={location}
          onChange={(word) => onChange({ location: word })}
        />
      )}
    </>
  );
}

/** The one thing that is shown alone, and how to see all of them again. */
function OneThing({ search: { id }, analytics, onDrop }: Props & { onDrop(): void }) {
  if (id === undefined) return null;
  const name = analytics?.groups.find((group) => group.id === id)?.name ?? id;
  return (
    <Button className="max-w-64" aria-label={`Show not only ${name}`} onClick={onDrop}>
      <span className="truncate">Only {name}</span>
      <X aria-hidden className="size-4 shrink-0" />
    </Button>
  );
}
