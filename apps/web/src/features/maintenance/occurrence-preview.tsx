import { useQuery } from "@tanstack/react-query";
import { Time } from "../../components/ui/time.tsx";
import { api, ask } from "../../lib/api.ts";
import { useSettled } from "../../lib/settled.ts";
import { readSchedule } from "./window-form-schema.ts";

const SETTLED_AFTER_MS = 300;

/** When a window of this schedule would be on; until that is known, nothing. */
export function OccurrencePreview({ schedule }: { schedule: Record<string, unknown> }) {
  const asked = useSettled(JSON.stringify(schedule), SETTLED_AFTER_MS);
  const body = readSchedule(JSON.parse(asked));
  const { data, error } = useQuery({
    queryKey: ["occurrences", asked],
    queryFn: () => (body === null ? null : ask(api.POST("/api/v1/maintenance-windows/preview", { body }))),
    enabled: body !== null,
    retry: false,
    staleTime: 60_000,
  });
  return (
    <div role="status" aria-label="Next occurrences" className="grid gap-1 rounded-md bg-sunken p-3">
      {body !== null && data ? (
        <>
          <p className="font-medium">It is on, by your clock</p>
          <ol className="text-muted">
            {data.occurrences.map(({ starts_at: from, ends_at: to }) => (
              <li key={from}>
                <Time at={from} /> to <Time at={to} />
              </li>
            ))}
          </ol>
        </>
      ) : (
        <p className="text-muted">{error?.message ?? "When it is on is shown here."}</p>
      )}
    </div>
  );
}
