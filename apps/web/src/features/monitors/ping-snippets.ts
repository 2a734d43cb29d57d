import type { MonitorView } from "@pulsecheck/shared/monitor";
import { formatDuration } from "../../lib/format.ts";
import { calendarsOf } from "./on-calendar.ts";

const CURL = "curl -fsS -m 10 --retry 5 -o /dev/null";

/** How a job pings, ready to be copied; each shows start, success, failure and exit code where it can. */
export type Snippet = { key: string; label: string; text: string; hint: string };

type Job = Pick<MonitorView, "schedule" | "interval" | "time_zone">;

export function listSnippets(url: string, job: Job): Snippet[] {
  return [
    {
      key: "cron",
      label: "Cron line",
      text: writeCrontab(url, job),
      hint: "Tells the start, and at the end the exit code: 0 is a success, anything else a failure.",
    },
    {
      key: "shell",
      label: "Shell",
      text: writeShell(url),
      hint: "The first 10 kB of what is sent along are kept, to be read here.",
    },
    {
      key: "systemd",
      label: "systemd",
      text: writeUnits(url, job),
      hint: "A service that tells how it went, and below it the timer that starts it.",
    },
    {
      key: "python",
      label: "Python",
      text: writePython(url),
      hint: "Needs nothing but Python. That PulseCheck cannot be reached never stops the job.",
    },
  ];
}

function writeShell(url: string): string {
  return `url=${url}
tell() { ${CURL} "$@" || true; }

tell $url/start
output=$(your-job 2>&1)
tell --data-raw "$output" $url/$?  # its output, and its exit code

# Without an exit code: tell $url where it ended well, tell $url/fail where not.
# Runs side by side are told apart by ?rid=$(uuidgen), the same at start and end.`;
}

function writeUnits(url: string, job: Job): string {
  return `# /etc/systemd/system/your-job.service
[Service]
Type=oneshot
Environment=URL=${url}
ExecStartPre=-${CURL} \${URL}/start
ExecStart=/usr/local/bin/your-job
# After a success:
ExecStartPost=-${CURL} \${URL}
# After a failure, with its exit code where it has one:
ExecStopPost=-/bin/sh -c 'case $SERVICE_RESULT in success) ;; \\
  exit-code) ${CURL} $URL/$EXIT_STATUS ;; \\
  *) ${CURL} $URL/fail ;; esac'

${writeTimer(job)}`;
}

function writePython(url: string): string {
  return `import sys
import urllib.request

def ping(action="", output=""):
    try:
        urllib.request.urlopen("${url}" + action, output.encode(), timeout=10)
    except OSError as error:
        print("PulseCheck cannot be reached:", error, file=sys.stderr)

ping("/start")
try:
    your_job()
except Exception as error:
    ping("/fail", str(error))  # or ping("/3") for the exit code 3
    raise
ping()`;
}

const everyMinutes = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30].map(
  (n) => [n * 60, n === 1 ? "* * * * *" : `*/${n} * * * *`] as const,
);
const everyHours = [2, 3, 4, 6, 8, 12].map((n) => [n * 3_600, `0 */${n} * * *`] as const);
/** The periods (s) that a crontab's line can say: what divides the hour or the day, and then the names. */
const PERIODS: readonly (readonly [number, string])[] = [
  ...everyMinutes,
  [3_600, "@hourly"],
  ...everyHours,
  [86_400, "@daily"],
  [7 * 86_400, "@weekly"],
  [31 * 86_400, "@monthly"],
];

function writeCrontab(url: string, { schedule, interval, time_zone }: Job): string {
  const line = (when: string) => `${when} ${CURL} ${url}/start; your-job; ${CURL} ${url}/$?`;
  if (schedule !== null) {
    const warning = calendarsOf(schedule) === null ? " Not every cron understands L, W and #." : "";
    const when = schedule.startsWith("@") ? schedule.toLowerCase() : schedule.replaceAll("?", "*");
    return `# By the clock of ${time_zone ?? "UTC"}.${warning}\n${line(when)}`;
  }
  const [every, period] = [formatPeriod(interval), PERIODS.findLast(([seconds]) => seconds <= interval)];
  if (period === undefined) return `# cron cannot start anything every ${every}: the timer of systemd can.`;
  const [seconds, when] = period;
  const isExact = seconds === interval;
  return isExact
    ? line(when)
    : `# cron cannot say every ${every}: this is every ${formatPeriod(seconds)}.\n${line(when)}`;
}

const formatPeriod = (seconds: number) => formatDuration(seconds * 1_000);

function writeTimer({ schedule, interval, time_zone }: Job): string {
  const calendars = schedule === null ? [] : calendarsOf(schedule);
  if (calendars === null)
    return `# No timer: systemd has no words for ${schedule}. Have something else start your-job.service.`;
  const when =
    schedule === null
      ? `OnBootSec=1min\nOnUnitActiveSec=${interval}s`
      : calendars.map((calendar) => `OnCalendar=${calendar} ${time_zone ?? "UTC"}`).join("\n");
  return `# /etc/systemd/system/your-job.timer
[Timer]
${when}

[Install]
WantedBy=timers.target`;
}
