import { setImmediate as nextTurn } from "node:timers/promises";
import { inTransaction } from "@pulsecheck/db/client";
import { finishImport } from "@pulsecheck/db/imports";
import { addReadings, type TimedReading } from "@pulsecheck/db/new-readings";
import { fieldErrors } from "@pulsecheck/shared/field-errors";
import { Refusal } from "@pulsecheck/shared/refusal";
import {
  readingInputSchema,
  SENSORS_PER_WORKSPACE,
  settleReadingTime,
  TIME_OUT_OF_RANGE,
} from "@pulsecheck/shared/sensor";
import type pg from "pg";
import type { Deps } from "../context.ts";
import { inChunks, outcomeOf, RolledBack, type Counts, type ImportWork } from "./import-work.ts";
import type { ReadingDraft } from "./reading-rows.ts";

/** As many as go through the event loop without a check noticing. */
const CHUNK = 250;

type Judged = TimedReading & { row: number };

/** Adds readings, and ends the import, all in one transaction. Throws `RolledBack` where nothing may stay. */
export async function importReadings({ db }: Deps, work: ImportWork, drafts: readonly ReadingDraft[]): Promise<void> {
  const { job, errors } = work;
  const counts: Counts = { created: 0, updated: 0, unchanged: 0 };
  const now = new Date();
  await inTransaction(db.pool, async (client) => {
    let rowsDone = 0;
    for (const chunk of inChunks(drafts, CHUNK)) {
      await nextTurn();
      const judged = chunk.flatMap((draft) => judgeReading(draft, now, work) ?? []);
      const created = await add(client, work, judged);
      counts.created += created;
      counts.unchanged += chunk.length - created;
      rowsDone += chunk.length;
      work.note(rowsDone);
    }
    if (job.isDryRun || errors.count() > 0) throw new RolledBack(counts);
    await finishImport(client, job, outcomeOf(work, counts));
  });
}

function judgeReading({ row, fields }: ReadingDraft, now: Date, { errors }: ImportWork): Judged | null {
  const { data: input, error } = readingInputSchema.safeParse(fields);
  if (input === undefined) {
    for (const { field, detail } of fieldErrors(error.issues)) errors.add(row, field.split(".")[0] ?? field, detail);
    return null;
  }
  const at = input.timestamp === undefined ? now : settleReadingTime(input.timestamp, now);
  if (at !== null) return { row, input, at };
  errors.add(row, "timestamp", TIME_OUT_OF_RANGE);
  return null;
}

/** How many of them are new. */
async function add(client: pg.PoolClient, { job, errors }: ImportWork, judged: readonly Judged[]): Promise<number> {
  try {
    const { created, problems } = await addReadings(client, job.scope, job.createdById, judged, SENSORS_PER_WORKSPACE);
    for (const { i, detail } of problems) errors.add(judged[i]?.row ?? null, "unit", detail);
    return created;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (errors.count() === 0) errors.add(null, "sensor_id", error.message);
    return 0;
  }
}
