import { Wrench } from "lucide-react";
import { Time } from "../../components/ui/time.tsx";

/** That something is in maintenance, and until when; nothing where it is not. */
export function MaintenanceBadge({ until, isShort = false }: { until: string | null; isShort?: boolean }) {
  if (until === null) return null;
  return (
    <span className="inline-flex shrink-0 items-center gap-1 rounded bg-warn-soft px-1.5 text-xs font-medium text-warn">
      <Wrench aria-hidden className="size-3.5" />
      {isShort ? (
        "Maintenance"
      ) : (
        <span>
          In maintenance until <Time at={until} />
        </span>
      )}
    </span>
  );
}
