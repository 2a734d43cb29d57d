import { describe, expect, it } from "vitest";
import { deadlineOf, NEVER_PINGED, type CronTiming } from "./cron-job.ts";
import { forgiveMaintenance } from "./cron-maintenance.ts";

const at = (minute: number) => new Date(minute * 60_000);
const span = (from: number, to: number) => ({ startsAt: at(from), endsAt: at(to) });
/** Every 60 minutes on the hour, ten minutes late at most. */
const timing: CronTiming = {
  timeZone: "UTC",
  graceMs: 600_000,
  longestRunMs: 600_000,
  expectedAfter: (instant) => at((Math.floor(instant.getTime() / 3_600_000) + 1) * 60),
};
const pinged = (minute: number) => ({ ...NEVER_PINGED, expectedFrom: at(minute) });
const deadline = (state: ReturnType<typeof pinged>, ...spans: ReturnType<typeof span>[]) =>
  deadlineAt(1_000, state, ...spans);
const deadlineAt = (now: number, state: ReturnType<typeof pinged>, ...spans: ReturnType<typeof span>[]) => {
  const forgiven = forgiveMaintenance(state, timing, at(-1_000), spans, at(now));
  return (deadlineOf(forgiven.state, timing, forgiven.listeningSince)?.getTime() ?? Number.NaN) / 60_000;
};

describe("a cron job", () => {
  it("without maintenance is late at the end of its grace time", () => {
    expect(deadline(pinged(30))).toBe(70);
  });

  it("is forgiven a run that was expected during maintenance", () => {
    expect(deadline(pinged(30), span(50, 65))).toBe(130);
    expect(deadline(pinged(30), span(60, 61))).toBe(130);
    expect(deadline(pinged(30), span(50, 65), span(110, 140))).toBe(190);
  });

  it("is judged from the end on for what was due before", () => {
    expect(deadline(pinged(30), span(65, 90))).toBe(100);
    expect(deadline(pinged(30), span(61, 62))).toBe(72);
    expect(deadline(pinged(30), span(40, 50))).toBe(70);
  });

  it("is not forgiven by maintenance that has not begun: it may be called off", () => {
    expect(deadlineAt(49, pinged(30), span(50, 90))).toBe(70);
    expect(deadlineAt(50, pinged(30), span(50, 90))).toBe(130);
    expect(deadlineAt(50, pinged(30), span(40, 65), span(110, 140))).toBe(130);
  });

  it("of which nothing is expected stays so", () => {
    expect(deadline(NEVER_PINGED as ReturnType<typeof pinged>, span(0, 100))).toBeNaN();
  });
});
