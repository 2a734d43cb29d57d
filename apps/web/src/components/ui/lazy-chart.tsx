import { lazy, Suspense, type ComponentProps } from "react";
import type { SeriesChart } from "./series-chart.tsx";

const Chart = lazy(async () => ({ default: (await import("./series-chart.tsx")).SeriesChart }));

/** A series chart in a chunk of its own: the rest of the page does not wait for the charts' library. */
export function LazyChart(props: ComponentProps<typeof SeriesChart>) {
  return (
    <Suspense fallback={<div className="h-60 animate-pulse rounded bg-sunken" />}>
      <Chart {...props} />
    </Suspense>
  );
}
