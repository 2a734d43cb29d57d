import type { LoggedReadingView } from "@pulsecheck/shared/sensor";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Pencil, PencilLine } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { ExportButtons } from "../../components/ui/export-buttons.tsx";
import { CheckboxField } from "../../components/ui/field.tsx";
import { LoadMore } from "../../components/ui/load-more.tsx";
import { Card } from "../../components/ui/page.tsx";
import { Failed, Loading } from "../../components/ui/states.tsx";
import { Time } from "../../components/ui/time.tsx";
import { UnusualMark } from "../../components/ui/unusual-mark.tsx";
import { formatDateTime } from "../../lib/format.ts";
import { useMayWrite } from "../account/workspace.ts";
import { CorrectReading } from "./correct-reading.tsx";
import { readingsQuery } from "./sensor-queries.ts";
import { formatValue } from "./sensor-words.ts";

/** Every reading of a sensor, the latest first; new ones appear as they come. */
export function ReadingLog({ id }: { id: string }) {
  const [which, setWhich] = useState<"all" | "anomalies">("all");
  const [wrong, setWrong] = useState<LoggedReadingView | null>(null);
  const query = useInfiniteQuery(readingsQuery(id, which));
  const readings = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const actions = (
    <div className="flex flex-wrap items-center gap-3">
      <CheckboxField
        label="Anomalies only"
        checked={which === "anomalies"}
        onChange={({ target }) => setWhich(target.checked ? "anomalies" : "all")}
      />
      <ExportButtons
        label="readings"
        what="readings"
        filters={() => ({ sensor_id: id, ...(which === "anomalies" ? { anomaly: "true" } : {}) })}
      />
    </div>
  );
  return (
    <Card title="Readings" actions={actions}>
      {query.isLoading && <Loading what="readings" />}
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && readings.length === 0 && <p className="text-muted">There are none.</p>}
      {readings.length > 0 && <Table readings={readings} onCorrect={setWrong} />}
      <CorrectReading reading={wrong} onClose={() => setWrong(null)} />
      <LoadMore query={query} />
    </Card>
  );
}

type Correcting = { onCorrect(reading: LoggedReadingView): void };

function Table({ readings, onCorrect }: Correcting & { readings: readonly LoggedReadingView[] }) {
  const mayWrite = useMayWrite() === true;
  return (
    <table aria-label="Readings" className="w-full table-fixed">
      <thead className="text-left text-xs text-muted">
        <tr>
          <th scope="col" className="w-58 py-1 font-medium max-sm:w-30">
            Time
          </th>
          <th scope="col" className="py-1 font-medium">
            Value
          </th>
          <th scope="col" className="py-1 font-medium max-md:hidden">
            Metadata
          </th>
          {mayWrite && (
            <th scope="col" className="w-10 py-1">
              <span className="sr-only">Correct</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {readings.map((reading) => (
          <Row key={reading.id} reading={reading} onCorrect={mayWrite ? onCorrect : null} />
        ))}
      </tbody>
    </table>
  );
}

type RowProps = { reading: LoggedReadingView; onCorrect: Correcting["onCorrect"] | null };

function Row({ reading, onCorrect }: RowProps) {
  const { value, unit, metadata, is_anomaly: isAnomaly, corrected_at: correctedAt } = reading;
  return (
    <tr className="border-t border-line">
      <td className="py-1.5">
        <Time at={reading.timestamp} precision="second" />
      </td>
      <td className="py-1.5 tabular-nums">
        <span className="flex flex-wrap items-center gap-x-2">
          {formatValue(value, unit)}
          {isAnomaly && <UnusualMark />}
          {correctedAt !== null && (
            <span className="inline-flex items-center gap-1 text-muted">
              <PencilLine aria-hidden className="size-4" />
              Corrected
            </span>
          )}
        </span>
      </td>
      <td className="truncate py-1.5 text-muted max-md:hidden">
        {Object.keys(metadata).length === 0 ? "–" : JSON.stringify(metadata)}
      </td>
      {onCorrect && (
        <td className="py-0.5">
          <Button
            look="quiet"
            className="px-2 text-muted"
            aria-label={`Correct the reading of ${formatDateTime(new Date(reading.timestamp), "second")}`}
            onClick={() => onCorrect(reading)}
          >
            <Pencil aria-hidden className="size-4" />
          </Button>
        </td>
      )}
    </tr>
  );
}
