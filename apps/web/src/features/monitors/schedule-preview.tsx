import { useQuery } from "@tanstack/react-query";
import { RelativeTime } from "../../components/ui/time.tsx";
import { ApiError, api, ask } from "../../lib/api.ts";
import { formatWeekday } from "../../lib/format.ts";
import { useSettled } from "../../lib/settled.ts";

const SETTLED_AFTER_MS = 300;

/** When a job of this schedule runs next, in words; until that is known, what is missing. */
export function SchedulePreview({ schedule, timeZone }: { schedule: string; timeZone: string }) {
  const asked = useSettled(`${schedule.trim()}\n${timeZone.trim()}`, SETTLED_AFTER_MS);
  const { data, error } = useQuery({
    queryKey: ["schedule", asked],
    queryFn: () => readRuns(asked),
    enabled: !asked.startsWith("\n"),
    staleTime: 60_000,
  });
  return (
    <div role="status" aria-label="Next runs" className="grid gap-1 rounded-md bg-sunken p-3">
      {data && (
        <>
          <p className="font-medium">Next runs, by the clock of {data.time_zone}</p>
          <ol className="text-muted">
            {data.next_runs.map((at) => (
              <li key={at}>
                {formatWeekday(new Date(at), data.time_zone)} (<RelativeTime at={at} />)
              </li>
            ))}
          </ol>
        </>
      )}
      {error && <p className="text-muted">{describeError(error)}</p>}
      {!data && !error && <p className="text-muted">Its next three runs are shown here.</p>}
    </div>
  );
}

function readRuns(asked: string) {
  const [schedule = "", time_zone = ""] = asked.split("\n");
  return ask(api.GET("/api/v1/schedules/next", { params: { query: { schedule, time_zone } } }));
}

function describeError(error: Error): string {
  const [first] = error instanceof ApiError ? error.errors : [];
  if (first === undefined) return error.message;
  return `Not a ${first.field === "time_zone" ? "time zone" : "schedule"} yet: it ${first.detail}.`;
}
