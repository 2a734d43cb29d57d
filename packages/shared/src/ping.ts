import { z } from "zod";
import { pageQuery, rangeQuery, sortQuery } from "./list.ts";

/** `log` is kept for people to read and says nothing about the job. */
export const PING_KINDS = ["start", "success", "fail", "log"] as const;
export type PingKind = (typeof PING_KINDS)[number];

/** How much of a ping's body is kept; the rest is cut off, not refused. */
export const PING_BODY_LIMIT_BYTES = 10_000;
const HIGHEST_EXIT_CODE = 255;

/** What a cron job says of itself. */
export type Ping = {
  kind: PingKind;
  /** Only where the job reported one: 0 is a success, 1 to 255 a failure. */
  exitCode: number | null;
  /** The id that start and end of the same run share, in lower case; null where the job gave none. */
  rid: string | null;
  at: Date;
};

/** Any UUID in its canonical form, whatever its version: clients make them as they like. */
export const ridSchema = z.guid().toLowerCase();

/** What may follow the id in a ping's URL. */
export const pingActionSchema = z
  .union([z.enum(["start", "fail", "log"]), z.int().min(0).max(HIGHEST_EXIT_CODE)])
  .describe("`start`, `fail`, `log`, or the exit code of the job: 0 is a success");

/** What the last part of a ping's path says, such as `start`, `0` or nothing; null where it says nothing known. */
export function readAction(action: string): Pick<Ping, "kind" | "exitCode"> | null {
  if (action === "") return { kind: "success", exitCode: null };
  if (action === "start" || action === "fail" || action === "log") return { kind: action, exitCode: null };
  const exitCode = /^\d{1,3}$/.test(action) ? Number(action) : Infinity;
  if (exitCode > HIGHEST_EXIT_CODE) return null;
  return { kind: exitCode === 0 ? "success" : "fail", exitCode };
}

export const pingSchema = z
  .object({
    id: z.int(),
    at: z.iso.datetime(),
    kind: z.enum(PING_KINDS),
    exit_code: z.int().nullable(),
    rid: z.guid().nullable(),
    duration_ms: z.number().nullable().describe("Of the run that it ended; null where nobody told its start"),
    method: z.string(),
    address: z.string().nullable(),
    user_agent: z.string().nullable(),
    body: z.string().nullable().describe(`The first ${PING_BODY_LIMIT_BYTES} bytes, read as UTF-8`),
  })
  .meta({ id: "Ping" });
export type PingView = z.infer<typeof pingSchema>;

export const pingListQuery = z.strictObject({
  ...pageQuery,
  ...rangeQuery,
  sort: sortQuery(["at"], "-at"),
  kind: z.enum(PING_KINDS).optional(),
});
export type PingListQuery = z.infer<typeof pingListQuery>;
