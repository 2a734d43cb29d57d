import {
  overallState,
  type PublicComponent,
  type PublicIncident,
  type PublicMaintenance,
  type PublicStatus,
} from "@pulsecheck/shared/public-status";
import { html } from "hono/html";
import { ASSET_NAMES } from "./assets.ts";
import { writeFrame } from "./page-frame.ts";
import { drawUptime } from "./uptime-bar.ts";
import { describeOverall, durationInWords, REASON_WORDS, STATE_WORDS, timeInWords } from "./words.ts";

/** The whole page. It needs no script; with one, its <main> is replaced when its revision is no longer the latest. */
export function writeStatusPage(slug: string, revision: string, status: PublicStatus): string {
  const { title, description, components, incidents, maintenance, asOf } = status;
  const overall = overallState(components.map(({ state }) => state));
  const sentence = describeOverall(overall, components);
  const open = incidents.filter(({ endedAt }) => endedAt === null);
  const main = html`<main id="status" data-live="${slug}/live" data-revision="${revision}">
    <h1 dir="auto">${title}</h1>
    ${description === "" ? "" : html`<p class="description" dir="auto">${description}</p>`}
    <p class="overall ${overall}" id="overall">${sentence}</p>
    ${writeMaintenance(
      "Under maintenance",
      maintenance.filter(({ startsAt }) => startsAt <= asOf),
    )}
    ${open.length === 0 ? "" : writeIncidents("Open incidents", open, status.asOf)}
    ${[...Map.groupBy(components, ({ groupName }) => groupName)].map(writeGroup)} ${writePast(incidents, status.asOf)}
    ${writeMaintenance(
      "Planned maintenance",
      maintenance.filter(({ startsAt }) => startsAt > asOf),
    )}
    <p class="as-of">As of ${writeTime(status.asOf)}</p>
  </main>`;
  const head = html`<link rel="alternate" type="application/atom+xml" title="Incidents" href="${slug}/feed.atom" />
    <script src="_assets/${ASSET_NAMES.script}" defer></script>`;
  const footer = html`<a href="${slug}/feed.atom">Atom feed</a>`;
  return writeFrame({ title: `${sentence}: ${title}`, main, head, footer, root: "" });
}

function writeGroup([name, components]: [string, PublicComponent[]], i: number) {
  const items = components.map(
    (component) =>
      html`<li class="component">
        <p class="line">
          <span class="name" dir="auto">${component.name}</span>
          <span class="state ${component.state}">${STATE_WORDS[component.state]}</span>
        </p>
        ${drawUptime(component)}
      </li>`,
  );
  return html`<section aria-labelledby="group-${i}">
    <h2 id="group-${i}" dir="auto" class="${name === "" ? "aside" : ""}">${name === "" ? "Components" : name}</h2>
    <ul role="list">
      ${items}
    </ul>
  </section>`;
}

function writeMaintenance(title: string, occurrences: readonly PublicMaintenance[]) {
  if (occurrences.length === 0) return "";
  const id = title === "Under maintenance" ? "on" : "planned";
  const items = occurrences.map(
    ({ name, description, componentNames, startsAt, endsAt }) =>
      html`<li class="incident">
        <p><strong dir="auto">${name}</strong></p>
        ${description === "" ? "" : html`<p class="description" dir="auto">${description}</p>`}
        <p dir="auto">${componentNames.join(", ")}</p>
        <p class="span">${writeTime(startsAt)} to ${writeTime(endsAt)}</p>
      </li>`,
  );
  return html`<section class="work" aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    <ul role="list">
      ${items}
    </ul>
  </section>`;
}

function writePast(incidents: readonly PublicIncident[], asOf: Date) {
  const past = incidents.filter(({ endedAt }) => endedAt !== null);
  if (past.length > 0) return writeIncidents("Incidents of the last 30 days", past, asOf);
  return html`<section aria-labelledby="past">
    <h2 id="past">Incidents of the last 30 days</h2>
    <p>${incidents.length === 0 ? "None." : "None that is over."}</p>
  </section>`;
}

function writeIncidents(title: string, incidents: readonly PublicIncident[], asOf: Date) {
  const id = title === "Open incidents" ? "open" : "past";
  const items = incidents.map(({ componentName, reason, startedAt, endedAt }) => {
    const duration = durationInWords((endedAt ?? asOf).getTime() - startedAt.getTime());
    const span =
      endedAt === null
        ? html`Since ${writeTime(startedAt)}, for ${duration}`
        : html`${writeTime(startedAt)} to ${writeTime(endedAt)}, ${duration}`;
    return html`<li class="incident">
      <p><strong dir="auto">${componentName}</strong> ${REASON_WORDS[reason]}</p>
      <p class="span">${span}</p>
    </li>`;
  });
  return html`<section class="${id}" aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    <ul role="list">
      ${items}
    </ul>
  </section>`;
}

/** To the minute: a page on which nothing happens stays the same for as long, and need not be sent again. */
function writeTime(at: Date) {
  return html`<time datetime="${at.toISOString().slice(0, 16)}Z">${timeInWords(at)}</time>`;
}
