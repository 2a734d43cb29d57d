import { TriangleAlert } from "lucide-react";

/** Stands beside a value that is an anomaly. */
export function UnusualMark() {
  return (
    <span className="inline-flex items-center gap-1 font-medium text-warn">
      <TriangleAlert aria-hidden className="size-4" />
      Unusual
    </span>
  );
}
