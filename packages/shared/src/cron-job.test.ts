import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  cronStateSchema,
  deadlineOf,
  expectAnew,
  judgeSilence,
  NEVER_PINGED,
  receivePing,
  type CronDecision,
  type CronState,
} from "./cron-job.ts";
import { timingOf, type CronSettings } from "./cron-schedule.ts";
import { readAction, type Ping } from "./ping.ts";

const MINUTE_MS = 60_000;
const MIDNIGHT = Date.parse("2026-11-21T00:00:00Z");
const LONG_AGO = new Date(0);
const HOURLY: CronSettings = { schedule: null, timeZone: "UTC", intervalS: 3_600, graceS: 600, longestRunS: 1_800 };
const AT_TWO: CronSettings = { ...HOURLY, schedule: "0 2 * * *" };

const at = (minute: number): Date => new Date(MIDNIGHT + minute * MINUTE_MS);
const minuteOf = (instant: Date): number => (instant.getTime() - MIDNIGHT) / MINUTE_MS;

type Played = { state: CronState; told: string[]; details: (string | null)[]; deadline: Date | null };

/**
 * Plays a story such as "0 start, 5 success, 100", whose numbers are minutes, and looks at every deadline on the way.
 * What was told reads "5 ok (5)": at minute 5, a run of 5 minutes.
 */
function play(story: string, job: CronSettings = HOURLY, listeningSince = LONG_AGO): Played {
  const timing = timingOf(job);
  const played: Played = { state: NEVER_PINGED, told: [], details: [], deadline: null };
  const take = ({ next, result, deadline }: CronDecision): void => {
    Object.assign(played, { state: next, deadline });
    if (result === null) return;
    const duration = result.durationMs === null ? "" : ` (${result.durationMs / MINUTE_MS})`;
    played.told.push(`${minuteOf(result.at)} ${result.reason ?? "ok"}${duration}`);
    played.details.push(result.detail);
  };
  for (const [minute, action, rid = null] of story.split(", ").map((event) => event.split(" "))) {
    const now = at(Number(minute));
    while (played.deadline !== null && played.deadline <= now) {
      take(judgeSilence(played.state, timing, listeningSince, played.deadline));
    }
    if (action !== undefined) take(receivePing(played.state, pingOf(action, rid, now), timing, listeningSince));
  }
  return played;
}

function pingOf(action: string, rid: string | null, now: Date): Ping {
  const { kind, exitCode } = readAction(action === "success" ? "" : action) ?? { kind: "log", exitCode: null };
  return { kind, exitCode, rid, at: now };
}

describe("a job that is expected every hour, 10 minutes late at most", () => {
  it.each([
    // Nobody misses what never came.
    ["1000", []],
    ["0 log, 1000", []],
    ["0 success, 60 success, 120 success, 189", ["0 ok", "60 ok", "120 ok"]],
    ["0 success, 69", ["0 ok"]],
    ["0 success, 70", ["0 ok", "70 late"]],
    // Each further run that is missed counts once more.
    ["0 success, 200", ["0 ok", "70 late", "130 late", "190 late"]],
    ["0 success, 100 success, 169", ["0 ok", "70 late", "100 ok"]],
    ["0 success, 65 success, 134", ["0 ok", "65 ok"]],
    ["0 success, 30 log, 70", ["0 ok", "70 late"]],
    ["0 fail, 60 success", ["0 failed", "60 ok"]],
    ["0 fail, 70", ["0 failed", "70 late"]],
    ["0 0, 1 1, 2 255", ["0 ok", "1 failed", "2 failed"]],
  ])("%s -> %j", (story, told) => {
    expect(play(story).told).toEqual(told);
  });
});

describe("a run that is told of, 30 minutes long at most", () => {
  it.each([
    ["0 start, 5 success", ["5 ok (5)"]],
    ["0 start, 5 3", ["5 failed (5)"]],
    ["0 start, 29", []],
    ["0 start, 30", ["30 overrun"]],
    // It answers for the hour that it is in, and for nothing later.
    ["0 start, 109", ["30 overrun", "100 late"]],
    ["0 start, 40 success", ["30 overrun", "40 ok (40)"]],
    ["0 start, 10 log, 30", ["30 overrun"]],
    // In time, and not late while it runs.
    ["0 success, 65 start, 90 success, 159", ["0 ok", "90 ok (25)"]],
    ["0 success, 65 start, 95", ["0 ok", "95 overrun"]],
    // Late, and a start alone makes up for nothing.
    ["0 success, 75 start, 105", ["0 ok", "70 late", "105 overrun"]],
    ["0 success, 75 start, 80 success", ["0 ok", "70 late", "80 ok (5)"]],
    // One that crashes and begins anew has one limit; its duration is that of the last attempt.
    ["0 start, 10 start, 20 start, 30", ["30 overrun"]],
    ["0 start, 20 start, 25 success, 60", ["25 ok (5)"]],
    ["0 start, 40 start, 69", ["30 overrun"]],
    ["0 start, 40 start, 70", ["30 overrun", "70 overrun"]],
  ])("%s -> %j", (story, told) => {
    expect(play(story).told).toEqual(told);
  });
});

describe("runs with an id", () => {
  it.each([
    // Overlapping ones are told apart.
    ["0 start a, 10 start b, 12 success a, 15 success b", ["12 ok (12)", "15 ok (5)"]],
    ["0 start a, 10 start b, 15 success b, 30", ["15 ok (5)", "30 overrun"]],
    ["0 start a, 10 start b, 15 fail b, 20 success a", ["15 failed (5)", "20 ok (20)"]],
    ["0 start a, 10 start b, 40", ["30 overrun", "40 overrun"]],
    // A run that hangs does not hide that the others have stopped coming.
    [
      "0 start a, 0 start b, 0 success b, 25 start b2, 26 success b2, 96",
      ["0 ok (0)", "26 ok (1)", "30 overrun", "96 late"],
    ],
    // An end that names no run ends all of them; a good end of an unknown run ends none.
    ["0 start a, 5 success, 60", ["5 ok"]],
    ["0 start a, 5 success x, 30", ["5 ok", "30 overrun"]],
    ["0 start, 5 fail x, 60", ["5 failed"]],
    // The start was slower than the end of its own run.
    ["0 success a, 1 start a, 69", ["0 ok"]],
    ["0 success a, 1 start a, 70", ["0 ok", "70 late"]],
    // The same id for another run, later, is none of that.
    ["0 start a, 4 success a, 10 start a, 12 success a", ["4 ok (4)", "12 ok (2)"]],
  ])("%s -> %j", (story, told) => {
    expect(play(story).told).toEqual(told);
  });

  it("are watched up to a number, and the crowd is no way around the limit", () => {
    const starts = Array.from({ length: 60 }, (_, minute) => `${minute / 10} start r${minute}`);
    const { told, state } = play([...starts, "36"].join(", "));
    expect(told[0]).toBe("30 overrun");
    expect(state.runs).toHaveLength(20);
  });
});

describe("a job with a schedule, at 02:00", () => {
  it.each([
    ["1 success, 129", ["1 ok"]],
    ["1 success, 130", ["1 ok", "130 late"]],
    ["1 success, 125 success, 1569", ["1 ok", "125 ok"]],
    ["1 success, 3100", ["1 ok", "130 late", "1570 late", "3010 late"]],
    // The run that overran was the one of tonight: the next one is tomorrow's.
    ["1 success, 120 start, 1569", ["1 ok", "150 overrun"]],
    ["1 success, 120 start, 1570", ["1 ok", "150 overrun", "1570 late"]],
  ])("%s -> %j", (story, told) => {
    expect(play(story, AT_TWO).told).toEqual(told);
  });

  it("is expected by its own clock", () => {
    const berlin = { ...AT_TWO, timeZone: "Europe/Berlin" };
    expect(play("1 success", berlin).deadline).toEqual(at(70));
  });
});

describe("what people are told", () => {
  it.each<[string, CronSettings, string | null]>([
    ["0 success", HOURLY, null],
    ["0 fail", HOURLY, "The job reported a failure."],
    ["0 137", HOURLY, "The job ended with exit code 137."],
    [
      "1 success, 70",
      { ...AT_TWO, timeZone: "Europe/Berlin" },
      "A ping was expected at 2026-11-21 02:00:00 and had not come by 2026-11-21 02:10:00 (Europe/Berlin).",
    ],
    ["0 start, 30", HOURLY, "The run that started at 2026-11-21 00:00:00 had not ended by 2026-11-21 00:30:00 (UTC)."],
  ])("%s", (story, job, sentence) => {
    expect(play(story, job).details.at(-1)).toBe(sentence);
  });
});

describe("while PulseCheck itself was away", () => {
  it("nobody is late before there was a grace time to reach it in", () => {
    const { state, deadline } = play("0 success", HOURLY, at(300));
    expect(deadline).toEqual(at(310));
    expect(judgeSilence(state, timingOf(HOURLY), at(300), at(309))).toMatchObject({ result: null, deadline: at(310) });
  });

  it("a run that ended unheard has not overrun yet", () => {
    expect(play("0 start", HOURLY, at(25)).deadline).toEqual(at(35));
    expect(play("0 start", HOURLY, at(10)).deadline).toEqual(at(30));
  });

  it("many runs were missed, and count as one", () => {
    const { told, deadline } = play("0 success, 310", HOURLY, at(300));
    expect(told).toEqual(["0 ok", "310 late"]);
    expect(deadline).toEqual(at(370));
  });

  it("nobody looked: what comes of it is one, and dated at the deadline", () => {
    const { state } = play("1 success", AT_TWO);
    const { result, deadline } = judgeSilence(state, timingOf(AT_TWO), LONG_AGO, at(5_000));
    expect(result).toMatchObject({ reason: "late", at: at(130) });
    expect(deadline).toEqual(at(4 * 1_440 + 130));
  });
});

it("a change of the timing asks for nothing of before", () => {
  const { state } = play("0 success");
  const faster = timingOf({ ...HOURLY, intervalS: 60, graceS: 60 });
  expect(deadlineOf(expectAnew(state, at(50)), faster, LONG_AGO)).toEqual(at(52));
  expect(expectAnew(NEVER_PINGED, at(50))).toEqual(NEVER_PINGED);
});

it("what is remembered survives as JSON", () => {
  const { state } = play("0 success a, 1 start b, 2 start");
  expect(cronStateSchema.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
});

describe("for any sequence of pings", () => {
  const event = fc.tuple(
    fc.integer({ min: 0, max: 40 }),
    fc.constantFrom("start", "success", "fail", "log", "0", "7"),
    fc.constantFrom("", " a", " b", " c"),
  );
  const story = fc.array(event, { maxLength: 60 }).map((events) => {
    let minute = 0;
    return events.map(([gap, action, rid]) => `${(minute += gap)} ${action}${rid}`).join(", ") || "0 log";
  });

  it.each([HOURLY, AT_TWO])("a deadline is ahead of the ping, and a job once heard always has one", (job) => {
    fc.assert(
      fc.property(story, (text) => {
        const { state, deadline, told } = play(text, job);
        const last = at(Number(text.split(", ").at(-1)?.split(" ")[0]));
        expect(deadline === null || deadline > last).toBe(true);
        expect(deadline === null).toBe(told.length === 0 && state.runs.length === 0);
      }),
    );
  });

  it("an hour of silence after the last ping is told of", () => {
    fc.assert(
      fc.property(story, (text) => {
        const last = Number(text.split(", ").at(-1)?.split(" ")[0]);
        const before = play(text);
        const after = play(`${text}, ${last + 70}`);
        const isHeard = before.deadline !== null;
        expect(after.told.length > before.told.length).toBe(isHeard);
      }),
    );
  });
});
