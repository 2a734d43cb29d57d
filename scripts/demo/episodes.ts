import type { Reason } from "@pulsecheck/shared/check";
import type { IncidentKind } from "@pulsecheck/shared/incident";
import { createFate, type Random } from "../simulate/random.ts";
import { JOBS, SEED, SERVICES, type FaultKind, type Job, type Service } from "./cast.ts";
import type { Ports } from "./targets.ts";
import { LOST_DEVICE, urlOf } from "./things.ts";

/** What was wrong with something for a while. `subject`: a monitor's name, or a device's or sensor's id. */
export type Episode = {
  type: "monitor" | "device" | "sensor";
  subject: string;
  kind: IncidentKind;
  reason: Reason;
  detail: string;
  /** Of the answers meanwhile; null where there was none. */
  httpStatus: number | null;
  startsAt: Date;
  /** Null: it is so still. */
  endsAt: Date | null;
};

export const HISTORY_DAYS = 29;
/** Checks are so far apart, and whatever is wrong is so from one of them to another. */
export const GRID_S = 90;

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const FAULTS: readonly FaultKind[] = ["error", "hangs", "refuses"];

/** Everything that went wrong in the month before `now`; the same each time, but for when that is. */
export function inventEpisodes(now: Date, ports: Ports, sensorIds: readonly string[], deviceIds: readonly string[]) {
  return [
    ...SERVICES.flatMap((service) => ofService(service, now, urlOf(service, ports))),
    ...JOBS.flatMap((job) => ofJob(job, now)),
    ...deviceIds.filter((_, i) => i % 3 !== 1).flatMap((id) => ofDevice(id, now)),
    ...sensorIds.slice(0, 1).flatMap((id) => ofSensor(id, now)),
    lostDevice(now),
  ];
}

/** Instants in the past month, one in each of so many equal parts of it, none in the last half day. */
function scatter(fate: Random, count: number, now: Date, gridS: number): Date[] {
  const partMs = ((HISTORY_DAYS - 1.5) * DAY_MS) / count;
  const first = now.getTime() - (HISTORY_DAYS - 0.5) * DAY_MS;
  const gridMs = gridS * 1_000;
  return Array.from({ length: count }, (_, i) => {
    const at = first + (i + fate.between(0.02, 0.98)) * partMs;
    return new Date(Math.floor(at / gridMs) * gridMs);
  });
}

const later = (at: Date, ms: number): Date => new Date(at.getTime() + ms);
const onGrid = (ms: number): number => Math.max(1, Math.round(ms / (GRID_S * 1_000))) * GRID_S * 1_000;

function ofService(service: Service, now: Date, url: string): Episode[] {
  const fate = createFate(SEED, `past of ${service.name}`);
  const isStaging = service.tags.includes("staging");
  const usual = service.fault?.kind ?? null;
  return scatter(fate, Math.round(fate.between(1, isStaging ? 7 : 4.4)), now, GRID_S).map((startsAt) => {
    const fault = usual !== null && fate.next() < 0.7 ? usual : fate.pick(FAULTS);
    const longest = fault === "slow" ? 25 : isStaging ? 70 : 30;
    const endsAt = later(startsAt, onGrid(fate.between(3, longest) * MINUTE_MS));
    const subject = { type: "monitor", subject: service.name, startsAt, endsAt } as const;
    return { ...subject, ...outcomeOf(fault, service, new URL(url).host) };
  });
}

/** In the words that a real check has for it. */
function outcomeOf(fault: FaultKind, { settings, usualMs }: Service, host: string) {
  const timeoutS = (settings?.timeout_ms ?? 10_000) / 1_000;
  const outages = {
    error: {
      reason: "http_status",
      httpStatus: 500,
      detail: `${host} answered with status 500; expected was 200-299.`,
    },
    hangs: { reason: "timeout", httpStatus: null, detail: `${host} did not answer within ${timeoutS} s.` },
    refuses: { reason: "connect", httpStatus: null, detail: `${host} refused the connection.` },
    "wrong page": {
      reason: "assertion",
      httpStatus: 200,
      detail: `The answer of ${host} does not contain "${settings?.keyword}".`,
    },
  } as const;
  if (fault !== "slow") return { kind: "outage" as const, ...outages[fault] };
  const detail = `An answer took ${Math.round(usualMs * 8.2)} ms; ${Math.round(usualMs * 0.5)} to ${Math.round(usualMs * 2)} ms would be usual.`;
  return { kind: "anomaly" as const, reason: "anomaly" as const, httpStatus: 200, detail };
}

/** A run that failed; the next one was good. */
function ofJob({ name, everyS, atS, runS }: Job, now: Date): Episode[] {
  const fate = createFate(SEED, `past of ${name}`);
  const count = everyS === 86_400 ? 1 : 3;
  return scatter(fate, count, now, everyS).map((due) => {
    const startsAt = later(due, (atS + runS) * 1_000);
    const detail = `The job ended with exit code ${fate.pick([1, 1, 2, 137])}.`;
    const endsAt = later(startsAt, everyS * 1_000);
    return {
      type: "monitor",
      subject: name,
      kind: "outage",
      reason: "failed",
      detail,
      httpStatus: null,
      startsAt,
      endsAt,
    };
  });
}

const SILENT = { kind: "outage", reason: "silent", httpStatus: null } as const;
const NOTHING_HEARD = "Nothing was heard of it for more than 5 min.";

function ofDevice(id: string, now: Date): Episode[] {
  const fate = createFate(SEED, `past of ${id}`);
  return scatter(fate, Math.round(fate.between(0.6, 3.4)), now, 60).map((startsAt) => {
    const endsAt = later(startsAt, fate.between(7, 55) * MINUTE_MS);
    return { ...SILENT, type: "device", subject: id, detail: NOTHING_HEARD, startsAt, endsAt };
  });
}

function lostDevice(now: Date): Episode {
  const startsAt = later(now, -187 * MINUTE_MS);
  return { ...SILENT, type: "device", subject: LOST_DEVICE.device_id, detail: NOTHING_HEARD, startsAt, endsAt: null };
}

function ofSensor(id: string, now: Date): Episode[] {
  const fate = createFate(SEED, `past of ${id}`);
  return scatter(fate, 4, now, GRID_S).map((startsAt) => {
    const detail = `The value ${(28 + fate.between(0.2, 1.6)).toFixed(2)} °C is above 28 °C.`;
    const endsAt = later(startsAt, onGrid(fate.between(12, 50) * MINUTE_MS));
    const words = { kind: "threshold", reason: "threshold", detail, httpStatus: null } as const;
    return { ...words, type: "sensor", subject: id, startsAt, endsAt };
  });
}
