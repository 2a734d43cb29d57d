export const REPORTED = ["heartbeats", "readings", "pings"] as const;
export type Reported = (typeof REPORTED)[number];

/** What became of all that was sent. */
export type Tally = {
  accepted: Record<Reported, number>;
  /** For good: sending it again would not help. */
  refused: Record<Reported, number>;
  /** Requests that found no one, or were asked to come back later: what they brought is sent with the next ones. */
  putOff: number;
  /** Why the last of them came to nothing. */
  lastProblem: string | null;
};

export function createTally(): Tally {
  const zeros = () => ({ heartbeats: 0, readings: 0, pings: 0 });
  return { accepted: zeros(), refused: zeros(), putOff: 0, lastProblem: null };
}

export const sum = (counts: Record<Reported, number>): number => REPORTED.reduce((all, one) => all + counts[one], 0);

export type Progress = { elapsedMs: number; durationMs: number; devices: number; silent: number; inFlight: number };

export function writeProgress({ elapsedMs, durationMs, devices, silent, inFlight }: Progress, tally: Tally): string {
  return [
    `${writeClock(Math.min(elapsedMs, durationMs))} of ${writeClock(durationMs)}`,
    `${devices} devices (${silent} silent)`,
    ...REPORTED.map((one) => `${tally.accepted[one]} ${one}`),
    ...(sum(tally.refused) > 0 ? [`${sum(tally.refused)} refused`] : []),
    ...(tally.putOff > 0 ? [`${tally.putOff} put off`] : []),
    `${inFlight} in flight`,
  ].join("  ");
}

/** Several lines: what was accepted, what was not, and the last reason why. */
export function writeSummary(tally: Tally, elapsedMs: number, url: string, seed: number): string {
  const perSecond = sum(tally.accepted) / Math.max(1, elapsedMs / 1_000);
  const lines = REPORTED.map((one) => {
    const refused = tally.refused[one];
    return `  ${one.padEnd(11)}${tally.accepted[one]} accepted${refused > 0 ? `, ${refused} refused` : ""}`;
  });
  if (tally.putOff > 0) lines.push(`  ${"put off".padEnd(11)}${tally.putOff} requests`);
  if (tally.lastProblem !== null) lines.push(`  ${"last problem".padEnd(13)}${tally.lastProblem}`);
  return [`${writeClock(elapsedMs)} at ${url}, ${perSecond.toFixed(1)} a second, --seed ${seed}`, ...lines].join("\n");
}

function writeClock(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const two = (count: number): string => String(count).padStart(2, "0");
  const hours = Math.floor(seconds / 3_600);
  return `${hours > 0 ? `${hours}:` : ""}${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
