import type { IncidentView } from "@pulsecheck/shared/incident";
import { useInfiniteQuery, type UseInfiniteQueryOptions, type InfiniteData } from "@tanstack/react-query";
import type { Page } from "@pulsecheck/shared/list";
import { LoadMore } from "../../components/ui/load-more.tsx";
import { Card } from "../../components/ui/page.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { IncidentCard } from "./incident-card.tsx";

type Pages = InfiniteData<Page<IncidentView>>;
type Props = {
  query: UseInfiniteQueryOptions<Page<IncidentView>, Error, Pages, string[], string | null>;
  /** What it says when there are none. */
  none: string;
};

/** Every incident of one subject, with who was told of it. */
export function IncidentsCard({ query: options, none }: Props) {
  const query = useInfiniteQuery(options);
  const incidents = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Card title="Incidents">
      {query.isLoading && <Loading what="incidents" />}
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && incidents.length === 0 && <p className="text-muted">{none}</p>}
      {incidents.map((incident) => (
        <IncidentCard key={incident.id} incident={incident} />
      ))}
      <LoadMore query={query} />
    </Card>
  );
}
