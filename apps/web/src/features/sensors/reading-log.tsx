import { useInfiniteQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { useState } from "react";
import { CheckboxField } from "../../components/ui/field.tsx";
import { LoadMore } from "../../components/ui/load-more.tsx";
import { Card } from "../../components/ui/page.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { Time } from "../../components/ui/time.tsx";
import { readingsQuery } from "./sensor-queries.ts";
import { formatValue } from "./sensor-words.ts";

/** Every reading of a sensor, the latest first; new ones appear as they come. */
export function ReadingLog({ id }: { id: string }) {
  const [which, setWhich] = useState<"all" | "anomalies">("all");
  const query = useInfiniteQuery(readingsQuery(id, which));
  const readings = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const anomaliesOnly = (
    <CheckboxField
      label="Anomalies only"
      checked={which === "anomalies"}
      onChange={({ target }) => setWhich(target.checked ? "anomalies" : "all")}
    />
  );
  return (
    <Card title="Readings" actions={anomaliesOnly}>
      {query.isLoading && <Loading what="readings" />}
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && readings.length === 0 && <p className="text-muted">There are none.</p>}
      {readings.length > 0 && (
        <table aria-label="Readings" className="w-full table-fixed">
          <thead className="text-left text-xs text-muted">
            <tr>
              <th scope="col" className="w-58 py-1 font-medium max-sm:w-40">
                Time
              </th>
              <th scope="col" className="py-1 font-medium">
                Value
              </th>
              <th scope="col" className="py-1 font-medium max-md:hidden">
                Metadata
              </th>
            </tr>
          </thead>
          <tbody>
            {readings.map((reading) => (
              <tr key={reading.id} className="border-t border-line align-top">
                <td className="py-1.5">
                  <Time at={reading.timestamp} precision="second" />
                </td>
                <td className="py-1.5 tabular-nums">
                  {formatValue(reading.value, reading.unit)}
                  {reading.is_anomaly && (
                    <span className="ml-2 inline-flex items-center gap-1 font-medium text-warn">
                      <TriangleAlert aria-hidden className="size-4" />
                      Unusual
                    </span>
                  )}
                </td>
                <td className="truncate py-1.5 text-muted max-md:hidden">
                  {Object.keys(reading.metadata).length === 0 ? "–" : JSON.stringify(reading.metadata)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <LoadMore query={query} />
    </Card>
  );
}
