import { expect, test } from "vitest";
import { listSnippets } from "./ping-snippets.ts";

const URL = "https://watch.example/ping/5bf66975-d4c7-4bf5-bcc8-b8d8a82ea278";
const textOf = (key: string, job: { schedule?: string; interval?: number }) =>
  listSnippets(URL, { schedule: null, interval: 3_600, time_zone: "Europe/Berlin", ...job }).find(
    (one) => one.key === key,
  )?.text ?? "";

test.each([
  [{ interval: 300 }, "*/5 * * * * "],
  [{ interval: 3_600 }, "@hourly "],
  [{ interval: 6 * 3_600 }, "0 */6 * * * "],
  [{ interval: 86_400 }, "@daily "],
  [{ interval: 7 * 86_400 }, "@weekly "],
])("the crontab's line of %j begins with %s", (job, start) => {
  const line = textOf("cron", job);
  expect(line.slice(0, start.length)).toBe(start);
  expect(line).toMatch(/\/start; your-job; curl .*\/\$\?$/);
  expect(line).not.toMatch(/[%\n]/);
});

test.each([
  [{ interval: 45 * 60 }, "every 45 min: this is every 30 min.", "*/30 * * * * "],
  [{ interval: 90 }, "every 1 min 30 s: this is every 1 min.", "* * * * * "],
  [{ interval: 5 * 3_600 }, "every 5 h: this is every 4 h.", "0 */4 * * * "],
  [{ interval: 14 * 86_400 }, "every 14 d: this is every 7 d.", "@weekly "],
])(
  "what cron cannot say of %j is said in a comment, and the line is the nearest that is no rarer",
  (job, said, start) => {
    const [comment, line] = textOf("cron", job).split("\n");
    expect(comment).toBe(`# cron cannot say ${said}`);
    expect(line?.slice(0, start.length)).toBe(start);
  },
);

test("cron starts nothing more often than once a minute", () => {
  expect(textOf("cron", { interval: 30 })).toBe("# cron cannot start anything every 30 s: the timer of systemd can.");
});

test.each([
  ["30 2 * * 1", "30 2 * * 1 ", "# By the clock of Europe/Berlin."],
  ["@Daily", "@daily ", "# By the clock of Europe/Berlin."],
  ["0 2 ? * 1", "0 2 * * 1 ", "# By the clock of Europe/Berlin."],
  ["0 2 L * *", "0 2 L * * ", "# By the clock of Europe/Berlin. Not every cron understands L, W and #."],
])("the crontab's line of the schedule %s begins with %s, below its time zone", (schedule, start, said) => {
  const [comment, line] = textOf("cron", { schedule }).split("\n");
  expect(comment).toBe(said);
  expect(line?.slice(0, start.length)).toBe(start);
});

test("a period's timer counts from the last run", () => {
  expect(textOf("systemd", { interval: 2_700 }).split("\n")).toContain("OnUnitActiveSec=2700s");
});

test.each([
  ["*/5 * * * *", ["*-*-* *:00/5:00"]],
  ["5 2 * * *", ["*-*-* 02:05:00"]],
  ["0 3 * * sat-sun", ["Sun,Sat *-*-* 03:00:00"]],
  ["30 2 * * 1-5", ["Mon,Tue,Wed,Thu,Fri *-*-* 02:30:00"]],
  ["0-30/10,45 8-18 * * *", ["*-*-* 08..18:00..30/10,45:00"]],
  ["0 0 */2 jan-mar,DEC ?", ["*-01..03,12-01/2 00:00:00"]],
  ["0 0 * * 5-7", ["Sun,Fri,Sat *-*-* 00:00:00"]],
  ["0 0 * * sun,*/3", ["Sun,Wed,Sat *-*-* 00:00:00"]],
  // A crontab runs it on each 13th and on each Friday.
  ["0 0 13 * 5", ["*-*-13 00:00:00", "Fri *-*-* 00:00:00"]],
  ["@hourly", ["*-*-* *:00:00"]],
  // Cron's week begins on Sunday, that of systemd on Monday.
  ["@weekly", ["Sun *-*-* 00:00:00"]],
  ["@Annually", ["*-01-01 00:00:00"]],
])("the timer of %s comes on %j", (schedule, calendars) => {
  const lines = textOf("systemd", { schedule }).split("\n");
  expect(lines.filter((line) => line.startsWith("OnCalendar="))).toEqual(
    calendars.map((calendar) => `OnCalendar=${calendar} Europe/Berlin`),
  );
});

test.each(["0 0 L * *", "0 0 15W * *", "0 0 * * 1#2", "0 0 * * 5L"])(
  "there is no timer of %s, which is said",
  (schedule) => {
    const text = textOf("systemd", { schedule });
    expect(text).not.toMatch(/OnCalendar|\[Timer\]/);
    expect(text).toContain(`# No timer: systemd has no words for ${schedule}.`);
  },
);
