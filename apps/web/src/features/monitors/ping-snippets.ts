import type { MonitorView } from "@pulsecheck/shared/monitor";

const CURL = "curl -fsS -m 10 --retry 5 -o /dev/null";

/** How a job pings, ready to be copied; each shows start, success, failure and exit code where it can. */
export type Snippet = { key: string; label: string; text: string; hint: string };

type Job = Pick<MonitorView, "schedule" | "interval" | "time_zone">;

export function listSnippets(url: string, job: Job): Snippet[] {
  return [
    {
      key: "cron",
      label: "Cron line",
      text: `${crontabOf(job)} ${CURL} ${url}/start; your-job; ${CURL} ${url}/$?`,
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
      hint: "Two files: a service that tells how it went, and the timer that starts it.",
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

# /etc/systemd/system/your-job.timer
[Timer]
${calendarOf(job)}

[Install]
WantedBy=timers.target`;
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

/** The first five words of a crontab's line. Only what divides the hour or the day can be said there. */
function crontabOf({ schedule, interval }: Job): string {
  if (schedule !== null) return schedule;
  const [minutes, hours] = [interval / 60, interval / 3_600];
  if (Number.isInteger(minutes) && 60 % minutes === 0 && minutes < 60) return `*/${minutes} * * * *`;
  if (Number.isInteger(hours) && 24 % hours === 0 && hours < 24) return hours === 1 ? "@hourly" : `0 */${hours} * * *`;
  return interval % (7 * 86_400) === 0 ? "@weekly" : "@daily";
}

function calendarOf({ schedule, interval, time_zone }: Job): string {
  if (schedule === null) return `OnBootSec=1min\nOnUnitActiveSec=${interval}s`;
  const [minute = "", hour = "", ...days] = schedule.split(" ");
  const pad = (text: string) => text.padStart(2, "0");
  if (/^\d+ \d+$/.test(`${minute} ${hour}`) && days.every((field) => field === "*"))
    return `OnCalendar=*-*-* ${pad(hour)}:${pad(minute)}:00 ${time_zone ?? "UTC"}`;
  const name = /^@(hourly|daily|weekly|monthly|yearly)$/.exec(schedule)?.[1];
  return `# As the schedule ${schedule} says:\nOnCalendar=${name ?? "daily"} ${time_zone ?? "UTC"}`;
}
