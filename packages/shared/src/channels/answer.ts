import { clip, oneLine } from "../alert-notice.ts";

/** What a service answered: its `Retry-After` as it came, and the beginning of its body. */
export type ChannelAnswer = { status: number; retryAfter: string | null; text: string };

export type AnswerVerdict =
  | { state: "SENT" }
  | { state: "REJECTED"; error: string }
  | { state: "PENDING"; error: string; retryAfterMs: number | null };

/** So much of a refusal is kept: it is read by people. */
const WORDS_AT_MOST = 200;
/** Refusals that are about the moment, not about the message. */
const NOT_NOW = new Set([408, 425, 429]);

/**
 * What became of a message: taken, refused for good, or to be tried again.
 * @param readRetryAfterS where the service says in its JSON body how long it wants to be left alone
 */
export function judgeAnswer(
  { status, retryAfter, text }: ChannelAnswer,
  now: Date,
  readRetryAfterS: (body: unknown) => number | undefined = () => undefined,
): AnswerVerdict {
  if (status >= 200 && status < 300) return { state: "SENT" };
  const words = clip(oneLine(text).trim(), WORDS_AT_MOST);
  const error = `It answered ${status}${words === "" ? "" : `: ${words}`}`;
  if (status < 400) return { state: "REJECTED", error: `It answered ${status}: redirects are not followed` };
  if (status < 500 && !NOT_NOW.has(status)) return { state: "REJECTED", error };
  const told = readRetryAfterS(readJson(text));
  return {
    state: "PENDING",
    error,
    retryAfterMs: readDelay(retryAfter, now) ?? (told === undefined ? null : told * 1_000),
  };
}

/** `Retry-After` in seconds or as a date (RFC 9110, 10.2.3). */
function readDelay(header: string | null, now: Date): number | null {
  if (header === null) return null;
  if (/^\d+(\.\d+)?$/.test(header)) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime());
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
