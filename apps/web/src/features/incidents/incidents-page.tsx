import type { IncidentView } from "@pulsecheck/shared/incident";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { CircleCheck } from "lucide-react";
import type { ReactNode } from "react";
import { ExportButtons } from "../../components/ui/export-buttons.tsx";
import { LoadMore } from "../../components/ui/load-more.tsx";
import { Page } from "../../components/ui/page.tsx";
import { Empty, Failed, Loading } from "../../components/ui/states.tsx";
import { RANGE_WORDS } from "../../lib/ranges.ts";
import { spanOf } from "../things/thing-queries.ts";
import { IncidentCard } from "./incident-card.tsx";
import { openIncidentsQuery, pastIncidentsQuery, useIncidentFrames } from "./incident-queries.ts";
import { INCIDENT_RANGES, incidentSearch, type IncidentRange } from "./incident-range.ts";
import { useMeantIncident } from "./meant-incident.ts";

const route = getRouteApi("/inside/incidents");

/** What is wrong now, and what was. */
export function IncidentsPage() {
  const { range } = route.useSearch();
  const open = useInfiniteQuery(openIncidentsQuery);
  const past = useInfiniteQuery(pastIncidentsQuery(range));
  useIncidentFrames();
  const meant = useMeantIncident([open, past]);
  const isQuiet = isEmpty(open) && isEmpty(past);
  return (
    <Page title="Incidents" actions={<Actions range={range} />}>
      {isQuiet ? (
        <Empty title="No incidents">
          {range === undefined
            ? "Nothing has been wrong so far. When something is, it stands here: why, how long, and who was told."
            : "Nothing was wrong in this time. Enjoy the quiet."}
        </Empty>
      ) : (
        <>
          <Section title="On now" query={open} meant={meant}>
            <p className="flex items-center gap-2 text-muted">
              <CircleCheck aria-hidden className="size-4 text-up" />
              Nothing is wrong right now.
            </p>
          </Section>
          <Section title="History" query={past} meant={meant}>
            <p className="text-muted">Nothing else was wrong in this time.</p>
          </Section>
        </>
      )}
    </Page>
  );
}

type Listing = {
  data: { pages: { items: IncidentView[] }[] } | undefined;
  error: Error | null;
  isLoading: boolean;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  refetch(): unknown;
  fetchNextPage(): unknown;
};

const isEmpty = ({ data }: Listing): boolean => data?.pages.every(({ items }) => items.length === 0) ?? false;

type SectionProps = { title: string; query: Listing; meant: string; children: ReactNode };

/** A list of incidents; the children are what it says when there are none. */
function Section({ title, query, meant, children }: SectionProps) {
  return (
    <section aria-label={title} className="grid gap-3">
      <h2 className="font-semibold">{title}</h2>
      {query.error && <Failed error={query.error} retry={() => query.refetch()} />}
      {query.isLoading && <Loading what="incidents" />}
      {isEmpty(query) && children}
      {query.data?.pages.flatMap(({ items }) =>
        items.map((incident) => (
          <IncidentCard key={incident.id} incident={incident} showSubject isMeant={incident.id === meant} />
        )),
      )}
      <LoadMore query={query} />
    </section>
  );
}

function Actions({ range }: { range: IncidentRange | undefined }) {
  const filters = () => (range === undefined ? {} : { from: spanOf(range).from });
  return (
    <>
      <RangeFilter range={range} />
      <ExportButtons label="incidents" what="incidents" filters={filters} />
    </>
  );
}

function RangeFilter({ range }: { range: IncidentRange | undefined }) {
  const navigate = useNavigate();
  return (
    <select
      aria-label="Range"
      className="min-h-9 rounded-md border border-edge bg-surface px-2 py-1.5"
      value={range ?? "all"}
      onChange={({ target }) =>
        void navigate({ to: "/incidents", search: incidentSearch({ range: target.value }), replace: true })
      }
    >
      <option value="all">All time</option>
      {(Object.keys(INCIDENT_RANGES) as IncidentRange[]).map((one) => (
        <option key={one} value={one}>
          Last {RANGE_WORDS[one]}
        </option>
      ))}
    </select>
  );
}
