import { z } from "zod";
import { pageQuery, rangeQuery, sortQuery, textQuery } from "./list.ts";

/** What operators are shown of the processes' logs. */
export const LOG_LEVELS = ["warn", "error", "fatal"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** So much of it is kept. */
export const SYSTEM_LOG = { entries: 20_000, days: 30 } as const;

const levelSchema = z.enum(LOG_LEVELS);
export const logEntrySchema = z
  .object({
    id: z.int(),
    at: z.iso.datetime(),
    level: levelSchema,
    process: z.string().describe("What wrote it: `api` or `worker`"),
    host: z.string(),
    pid: z.int(),
    message: z.string(),
    fields: z.record(z.string(), z.unknown()).describe("What else was said. Secrets are masked"),
  })
  .meta({ id: "LogEntry" });
export type LogEntryView = z.infer<typeof logEntrySchema>;

export const logListQuery = z.strictObject({
  ...pageQuery,
  ...rangeQuery,
  sort: sortQuery(["at"], "-at"),
  level: levelSchema.optional(),
  process: z.enum(["api", "worker"]).optional(),
  q: textQuery("the message or its fields"),
});
export type LogListQuery = z.infer<typeof logListQuery>;

/** A line of a log as the system log keeps it. */
export type LogLine = { at: Date; level: LogLevel; message: string; fields: Record<string, unknown> };

// Pino's numbers.
const LEVELS: readonly (readonly [number, LogLevel])[] = [
  [60, "fatal"],
  [50, "error"],
  [40, "warn"],
];
const OWN = new Set(["level", "time", "msg", "pid", "hostname", "app"]);
const LONGEST_MESSAGE = 2_000;
const LONGEST_TEXT = 4_000;
const LONGEST_FIELDS = 16_000;
const DEEPEST = 6;
const MOST_ENTRIES = 100;

/** Reads a line of pino's JSON, with its secrets masked. Null for what is no warning, or no such line. */
export function readLogLine(line: string): LogLine | null {
  const parsed = parseObject(line);
  const level = LEVELS.find(([number]) => Number(parsed?.["level"]) >= number)?.[1];
  const at = new Date(Number(parsed?.["time"]));
  if (parsed === null || level === undefined || Number.isNaN(at.getTime())) return null;
  const rest = Object.fromEntries(Object.entries(parsed).filter(([field]) => !OWN.has(field)));
  const fields = redact(rest, 0) as Record<string, unknown>;
  const message = typeof parsed["msg"] === "string" ? clean(parsed["msg"], LONGEST_MESSAGE) : "";
  const isLong = JSON.stringify(fields).length > LONGEST_FIELDS;
  return { at, level, message, fields: isLong ? { too_long: clean(JSON.stringify(fields), LONGEST_TEXT) } : fields };
}

const MASK = "***";
const SECRET_FIELD = /pass(word|wd)?$|secret|token|authorization|cookie|api_?key|credential|private_?key/i;
/** Secrets inside of text: logins in addresses, tokens in queries and headers, our own keys. */
const SECRET_TEXTS: readonly (readonly [RegExp, string])[] = [
  [/(:\/\/)[^\s/@:]*:[^\s/@]*@/g, `$1${MASK}@`],
  [/\b((?:bearer|basic) +)[\w.~+/=-]+/gi, `$1${MASK}`],
  [/([?&](?:\w*(?:token|key|secret|password)\w*)=)[^&\s"]+/gi, `$1${MASK}`],
  [/\bpc_[\w-]{6,}/g, MASK],
];

function redact(value: unknown, depth: number): unknown {
  if (typeof value === "string") return clean(value, LONGEST_TEXT);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= DEEPEST) return "…";
  if (Array.isArray(value)) return value.slice(0, MOST_ENTRIES).map((one) => redact(one, depth + 1));
  const entries = Object.entries(value).slice(0, MOST_ENTRIES);
  return Object.fromEntries(
    entries.map(([field, one]) => [
      clean(field, LONGEST_MESSAGE),
      SECRET_FIELD.test(field) && one !== null ? MASK : redact(one, depth + 1),
    ]),
  );
}

/** Without secrets, and without what Postgres cannot hold. */
function clean(text: string, longest: number): string {
  const masked = SECRET_TEXTS.reduce((rest, [pattern, mask]) => rest.replace(pattern, mask), text);
  const short = masked.length > longest ? `${masked.slice(0, longest)} …` : masked;
  return short.replaceAll("\0", "").toWellFormed();
}

function parseObject(line: string): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === "object" && parsed !== null ? (parsed as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
