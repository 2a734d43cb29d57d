import type { MonitorStatus, Reason } from "./check.ts";

/** What everybody may see of a page: nothing in here leads to a monitor, or says more of it than its owner published. */
export type PublicStatus = {
  title: string;
  description: string;
  /** In the order of the page; those of one group stand together. */
  components: PublicComponent[];
  /** Open ones first, then the latest. */
  incidents: PublicIncident[];
  /** What is on and what is announced, in the order in which it begins. */
  maintenance: PublicMaintenance[];
  asOf: Date;
};

export type PublicComponent = {
  id: string;
  /** Empty for those in no group. */
  groupName: string;
  name: string;
  state: ComponentState;
  /** Good checks by good and failed ones over all `days`; null where nothing was measured. */
  uptimeRatio: number | null;
  /** UTC days as YYYY-MM-DD, the oldest first, the last is today. */
  days: { date: string; uptimeRatio: number | null; hadMaintenance: boolean }[];
  /** Mean of the last 24 hours; null where nothing was measured. */
  latencyMs: number | null;
};

export type PublicIncident = {
  /** Made of the page and the incident: they name its beginning and its end in the page's feed. */
  openedId: string;
  recoveredId: string;
  componentName: string;
  reason: Reason;
  startedAt: Date;
  endedAt: Date | null;
};

export type PublicMaintenance = {
  /** Made of the page and the occurrence: it names it in the page's feed. */
  id: string;
  name: string;
  description: string;
  componentNames: string[];
  startsAt: Date;
  endsAt: Date;
  /** When it was announced as it is. */
  announcedAt: Date;
};

/** So far ahead a page announces maintenance. */
export const ANNOUNCED_DAYS = 7;

export type ComponentState = "up" | "down" | "unknown" | "maintenance" | "paused";

export function componentState({
  status,
  isActive,
  inMaintenance,
}: {
  status: MonitorStatus;
  isActive: boolean;
  inMaintenance: boolean;
}): ComponentState {
  if (!isActive) return "paused";
  if (inMaintenance) return "maintenance";
  return status === "UP" ? "up" : status === "DOWN" ? "down" : "unknown";
}

/** How all of a page's components are together; paused ones say nothing as long as there are others. */
export type OverallState = ComponentState | "partly_down" | "empty";

export function overallState(states: readonly ComponentState[]): OverallState {
  const telling = states.filter((state) => state !== "paused");
  if (telling.length === 0) return states.length === 0 ? "empty" : "paused";
  if (telling.includes("down")) return telling.every((state) => state === "down") ? "down" : "partly_down";
  if (telling.includes("unknown")) return "unknown";
  return telling.includes("maintenance") ? "maintenance" : "up";
}
