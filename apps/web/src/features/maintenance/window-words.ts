import type { MaintenanceWindowView, WindowSchedule } from "@pulsecheck/shared/maintenance-window";
import { formatDuration } from "../../lib/format.ts";

/** In the order of ISO 8601: the first is Monday, 1. The fifth of January 2026 was one. */
export const WEEKDAYS: readonly { day: number; name: string }[] = Array.from({ length: 7 }, (_, i) => ({
  day: i + 1,
  name: new Intl.DateTimeFormat(undefined, { weekday: "short", timeZone: "UTC" }).format(Date.UTC(2026, 0, 5 + i)),
}));

/** When a window is on again, in words; its occurrences tell the rest. */
export function describeSchedule(schedule: WindowSchedule): string {
  if (schedule.kind === "once") return "Once";
  const lasts = `for ${formatDuration(schedule.duration_s * 1_000)} (${schedule.time_zone})`;
  if (schedule.kind === "cron") return `${schedule.expression} ${lasts}`;
  const at = `at ${schedule.time} ${lasts}`;
  if (schedule.kind === "daily") return `Every day ${at}`;
  if (schedule.kind === "monthly") return `On ${schedule.days.join(", ")} of each month ${at}`;
  const names = schedule.weekdays.toSorted((a, b) => a - b).map((day) => WEEKDAYS[day - 1]?.name);
  return `Every ${names.join(", ")} ${at}`;
}

/** What a window covers, in words. */
export function describeTargets({ targets }: MaintenanceWindowView, nameOf: (monitorId: string) => string): string {
  if (targets.everything) return "Everything";
  const parts = [
    ...targets.monitor_ids.map(nameOf),
    ...targets.device_ids,
    ...targets.tags.map((tag) => `all with the tag ${tag}`),
  ];
  if (parts.length === 0) return "Nothing: what it was for is gone";
  const told = parts.slice(0, 5).join(", ");
  return parts.length > 5 ? `${told} and ${parts.length - 5} more` : told;
}
