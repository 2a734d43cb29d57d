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
  [{ interval: 5 * 3_600 }, "@daily "],
  [{ interval: 86_400 }, "@daily "],
  [{ interval: 14 * 86_400 }, "@weekly "],
  [{ schedule: "30 2 * * 1" }, "30 2 * * 1 "],
])("the crontab's line of %j begins with %s", (job, start) => {
  const line = textOf("cron", job);
  expect(line.slice(0, start.length)).toBe(start);
  expect(line).toMatch(/\/start; your-job; curl .*\/\$\?$/);
  expect(line).not.toMatch(/[%\n]/);
});

test.each([
  [{ interval: 300 }, "OnUnitActiveSec=300s"],
  [{ schedule: "5 2 * * *" }, "OnCalendar=*-*-* 02:05:00 Europe/Berlin"],
  [{ schedule: "@weekly" }, "OnCalendar=weekly Europe/Berlin"],
])("the timer of %j says %s", (job, line) => {
  expect(textOf("systemd", job).split("\n")).toContain(line);
});
