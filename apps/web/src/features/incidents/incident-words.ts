import type { IncidentView } from "@pulsecheck/shared/incident";

type Words = {
  /** While it is on. */
  now: string;
  /** What happened first, and what made an incident of it. */
  started: string;
  confirmed: string;
  alert: string;
};

const OF_MONITOR: Words = {
  now: "Down now",
  started: "First failed check",
  confirmed: "Confirmed: it is down",
  alert: "Down alert",
};
const OF_DEVICE: Words = {
  now: "Offline now",
  started: "Last heard",
  confirmed: "Silent for too long: it is offline",
  alert: "Offline alert",
};
const OF_BOUND: Words = {
  now: "Out of bounds now",
  started: "Out of bounds",
  confirmed: "Confirmed: it stays out of bounds",
  alert: "Alert",
};
const OF_ANOMALY: Words = {
  now: "Unusual now",
  started: "First unusual value",
  confirmed: "Confirmed: it is unusual",
  alert: "Alert",
};

/** What to say of an incident of this kind and subject. */
export function wordsOf({ kind, subject }: Pick<IncidentView, "kind" | "subject">): Words {
  if (kind === "threshold") return OF_BOUND;
  if (kind === "anomaly") return OF_ANOMALY;
  return subject.type === "device" ? OF_DEVICE : OF_MONITOR;
}
