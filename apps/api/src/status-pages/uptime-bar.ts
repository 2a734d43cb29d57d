import type { PublicComponent } from "@pulsecheck/shared/public-status";
import { formatUptime } from "@pulsecheck/shared/uptime-words";
import { html } from "hono/html";
import { dayInWords } from "./words.ts";

/** Width of a day in the drawing's own units. */
const STEP = 10;
const TOLD_AT_MOST = 10;
/** Below this share a day looks like an outage and not like a hiccup. */
const BAD_BELOW = 0.95;

type Day = PublicComponent["days"][number];

/** One bar a UTC day. Its height and its colour say the same; the page's style shows phones the last third alone. */
export function drawUptime({ days, uptimeRatio }: PublicComponent) {
  const bars = days.map((day, i) => {
    const title = html`<title>${dayInWords(day.date)}: ${figureOf(day)}</title>`;
    return html`<rect class="${classOf(day)}" x="${i * STEP}">${title}</rect>`;
  });
  return html`<div class="days">
      <svg viewBox="0 0 ${days.length * STEP} 34" preserveAspectRatio="none" role="img" aria-label="${inWords(days)}">
        ${bars}
      </svg>
    </div>
    <p class="legend">
      <span class="wide">${days.length} days ago</span
      ><span class="narrow">${Math.round(days.length / 3)} days ago</span>
      <span class="uptime"
        >${uptimeRatio === null ? "No data yet" : `${formatUptime(uptimeRatio)} in ${days.length} days`}</span
      >
      <span>Today</span>
    </p>`;
}

function figureOf({ uptimeRatio, hadMaintenance }: Day): string {
  return uptimeRatio === null && hadMaintenance ? "maintenance" : formatUptime(uptimeRatio);
}

function classOf({ uptimeRatio, hadMaintenance }: Day): string {
  if (uptimeRatio === null) return hadMaintenance ? "maintenance" : "none";
  return uptimeRatio === 1 ? "good" : uptimeRatio < BAD_BELOW ? "bad" : "fair";
}

/** What the drawing shows, for those who do not see it: the days that were not all good. */
function inWords(days: readonly Day[]): string {
  const measured = days.filter(({ uptimeRatio }) => uptimeRatio !== null);
  const poor = measured.filter(({ uptimeRatio }) => uptimeRatio !== 1).toReversed();
  const told = poor.slice(0, TOLD_AT_MOST).map((day) => `${dayInWords(day.date)} ${formatUptime(day.uptimeRatio)}`);
  const rest = poor.length > TOLD_AT_MOST ? `, and ${poor.length - TOLD_AT_MOST} days before` : "";
  const failures = poor.length === 0 ? "no failures" : `failures on ${told.join(", ")}${rest}`;
  return `The last ${days.length} days: data of ${measured.length}, ${failures}.`;
}
