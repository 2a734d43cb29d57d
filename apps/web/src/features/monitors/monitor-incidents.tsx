import { useInfiniteQuery } from "@tanstack/react-query";
import { LoadMore } from "../../components/ui/load-more.tsx";
import { Card } from "../../components/ui/page.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { IncidentCard } from "../incidents/incident-card.tsx";
import { monitorIncidentsQuery } from "./monitor-queries.ts";

/** Every outage of a monitor, with who was told of it. */
export function MonitorIncidents({ id }: { id: string }) {
  const query = useInfiniteQuery(monitorIncidentsQuery(id));
  const incidents = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Card title="Incidents">
      {query.isLoading && <Loading what="incidents" />}
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && incidents.length === 0 && <p className="text-muted">It has not been down so far.</p>}
      {incidents.map((incident) => (
        <IncidentCard key={incident.id} incident={incident} />
      ))}
      <LoadMore query={query} />
    </Card>
  );
}
