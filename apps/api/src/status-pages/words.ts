import type { Reason } from "@pulsecheck/shared/check";
import type { ComponentState, OverallState, PublicComponent } from "@pulsecheck/shared/public-status";

export const STATE_WORDS: Record<ComponentState, string> = {
  up: "Up",
  down: "Down",
  unknown: "Unknown",
  maintenance: "Maintenance",
  paused: "Paused",
};

/** The overall state in a sentence. */
export function describeOverall(overall: OverallState, components: readonly PublicComponent[]): string {
  const down = components.filter(({ state }) => state === "down").length;
  const worked = components.filter(({ state }) => state === "maintenance").length;
  const watched = components.filter(({ state }) => state !== "paused").length;
  const sentences: Record<OverallState, string> = {
    up: "Everything is up",
    down: "Everything is down",
    partly_down: `${down} of ${watched} ${down === 1 ? "is" : "are"} down`,
    unknown: "The state of some is unknown",
    maintenance: worked === watched ? "Under maintenance" : `${worked} of ${watched} under maintenance`,
    paused: "Monitoring is paused",
    empty: "Nothing is shown here yet",
  };
  return sentences[overall];
}

/** What a reason class says about a component, after its name. */
export const REASON_WORDS: Record<Reason, string> = {
  dns: "could not be found: its name did not resolve",
  connect: "did not accept a connection",
  tls: "could not be reached securely",
  timeout: "did not answer in time",
  http_status: "answered with an error",
  assertion: "did not answer as expected",
  too_large: "answered with too much",
  redirect: "redirected to where it could not be followed",
  protocol: "did not answer in a way that could be understood",
  blocked: "could not be checked",
  late: "did not report in time",
  overrun: "did not finish in time",
  failed: "reported a failure",
  silent: "is no longer heard",
  threshold: "reported a value out of its bounds",
  anomaly: "reported an unusual value",
};

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
] as const;

/** A duration in its two largest units, such as "2 h 5 min"; whole minutes. */
export function durationInWords(ms: number): string {
  let rest = Math.max(0, ms);
  const parts = UNITS.flatMap(([unit, unitMs]) => {
    const count = Math.floor(rest / unitMs);
    rest -= count * unitMs;
    return count > 0 ? [`${count} ${unit}`] : [];
  });
  return parts.length === 0 ? "less than a minute" : parts.slice(0, 2).join(" ");
}

const TIME = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });
const DAY = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" });

export function timeInWords(at: Date): string {
  return `${TIME.format(at)} UTC`;
}

/** @param date YYYY-MM-DD */
export function dayInWords(date: string): string {
  return DAY.format(new Date(date));
}
