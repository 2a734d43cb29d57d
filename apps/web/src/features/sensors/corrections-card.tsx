import type { CorrectionView } from "@pulsecheck/shared/sensor";
import { useInfiniteQuery } from "@tanstack/react-query";
import { LoadMore } from "../../components/ui/load-more.tsx";
import { Card } from "../../components/ui/page.tsx";
import { Failed } from "../../components/ui/states.tsx";
import { Time } from "../../components/ui/time.tsx";
import { correctionsQuery } from "./sensor-queries.ts";
import { formatValue } from "./sensor-words.ts";

/** What was corrected and deleted of a sensor's readings; nothing where nothing was. */
export function CorrectionsCard({ id, unit }: { id: string; unit: string }) {
  const query = useInfiniteQuery(correctionsQuery(id));
  const corrections = query.data?.pages.flatMap(({ items }) => items) ?? [];
  if (query.error === null && corrections.length === 0) return null;
  return (
    <Card title="Corrections">
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      <ol aria-label="Corrections" className="grid gap-2">
        {corrections.map((correction) => (
          <Correction key={correction.id} correction={correction} unit={unit} />
        ))}
      </ol>
      <LoadMore query={query} />
    </Card>
  );
}

function Correction({ correction: { at, before, after }, unit }: { correction: CorrectionView; unit: string }) {
  return (
    <li className="flex flex-wrap items-baseline gap-x-3">
      <span className="font-medium tabular-nums">
        {after === null ? (
          <>
            <del>{formatValue(before.value, unit)}</del> deleted
          </>
        ) : (
          <>
            <del>{formatValue(before.value, unit)}</del> →{" "}
            <ins className="no-underline">{formatValue(after.value, unit)}</ins>
          </>
        )}
      </span>
      <span className="text-muted">
        the reading of <Time at={before.timestamp} precision="second" />, changed <Time at={at} />
      </span>
    </li>
  );
}
