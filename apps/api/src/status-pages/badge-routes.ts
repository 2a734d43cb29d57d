import { overallState } from "@pulsecheck/shared/public-status";
import { refuseField, refuseMissing } from "@pulsecheck/shared/refusal";
import { formatUptime } from "@pulsecheck/shared/uptime-words";
import { Hono, type Context } from "hono";
import type { ApiEnv } from "../context.ts";
import { badgeOfState, colourOfUptime, drawBadge, LATENCY_COLOUR, NO_DATA, type Badge } from "./badge.ts";
import { answerSealed, seal } from "./sealed.ts";
import { answerVisitError, SLUG, type Visit, type Visits } from "./visit.ts";

const DAYS = ["7", "30", "90"];
const SVG = {
  type: "image/svg+xml; charset=utf-8",
  keep: "public, max-age=60",
  csp: "default-src 'none'; sandbox",
};

/** Badges for READMEs: pictures that other sites may show. */
export function badgeRoutes(visits: Visits) {
  const badges = new Hono<ApiEnv>();
  badges.onError(answerVisitError);

  const answer = (c: Context<ApiEnv>, visit: Visit, { label, ...badge }: Badge) => {
    c.header("Cross-Origin-Resource-Policy", "cross-origin");
    return answerSealed(c, visit.page, seal(drawBadge({ ...badge, label: c.req.query("label") ?? label })), SVG);
  };
  const find = async (c: Context<ApiEnv>) => {
    const visit = await visits.admit(c);
    const snapshot = await visit.snapshot();
    const component = snapshot.status.components.find(({ id }) => id === c.req.param("component"));
    if (component === undefined) throw refuseMissing("component");
    return { visit, snapshot, component };
  };

  badges.get(`/status/${SLUG}/badges/status.svg`, async (c) => {
    const visit = await visits.admit(c);
    const { title, components } = (await visit.snapshot()).status;
    return answer(c, visit, { label: title, ...badgeOfState(overallState(components.map(({ state }) => state))) });
  });
  badges.get(`/status/${SLUG}/badges/:component/status.svg`, async (c) => {
    const { visit, component } = await find(c);
    return answer(c, visit, { label: component.name, ...badgeOfState(component.state) });
  });
  badges.get(`/status/${SLUG}/badges/:component/uptime.svg`, async (c) => {
    const days = c.req.query("days") ?? "30";
    if (!DAYS.includes(days)) throw refuseField("days", `must be one of ${DAYS.join(", ")}`);
    const { visit, snapshot, component } = await find(c);
    const ratio = (await snapshot.uptime(component.id, Number(days))) ?? null;
    const figure =
      ratio === null ? NO_DATA : { value: `${formatUptime(ratio)} in ${days} days`, colour: colourOfUptime(ratio) };
    return answer(c, visit, { label: component.name, ...figure });
  });
  badges.get(`/status/${SLUG}/badges/:component/latency.svg`, async (c) => {
    const { visit, component } = await find(c);
    const ms = component.latencyMs;
    const figure = ms === null ? NO_DATA : { value: `${Math.round(ms)} ms`, colour: LATENCY_COLOUR };
    return answer(c, visit, { label: component.name, ...figure });
  });
  return badges;
}
