import { setImmediate as nextTurn } from "node:timers/promises";
import { inTransaction } from "@pulsecheck/db/client";
import { finishImport } from "@pulsecheck/db/imports";
import { makePartitions } from "@pulsecheck/db/partitions";
import {
  findSensors,
  matchReadings,
  openReadings,
  stageReadings,
  writeStaged,
  type TimedReading,
} from "@pulsecheck/db/reading-imports";
import { readSensors } from "@pulsecheck/db/sensors";
import { fieldErrors } from "@pulsecheck/shared/field-errors";
import type { BusEvent } from "@pulsecheck/shared/live-events";
import { Refusal } from "@pulsecheck/shared/refusal";
import {
  OLDEST_READING_DAYS,
  readingInputSchema,
  SENSORS_PER_WORKSPACE,
  settleReadingTime,
  timeOutOfRange,
} from "@pulsecheck/shared/sensor";
import type pg from "pg";
import type { Deps } from "../context.ts";
import { inChunks, outcomeOf, RolledBack, type Counts, type ImportWork } from "./import-work.ts";
import type { ReadingDraft } from "./reading-rows.ts";

/** As many as go through the event loop without a check noticing. */
const CHUNK = 250;

type Judged = TimedReading & { row: number };
type Found = Awaited<ReturnType<typeof findSensors>>["sensors"];

/**
 * Adds and corrects readings, and ends the import, all in one transaction, whose last statements alone lock anything.
 * Throws `RolledBack` where nothing may stay.
 */
export async function importReadings(deps: Deps, work: ImportWork, drafts: readonly ReadingDraft[]): Promise<void> {
  const { job, errors } = work;
  const judge = createReadingJudge(deps, work);
  const corrected = await inTransaction(deps.db.pool, async (client) => {
    await openReadings(client);
    const readings: Judged[] = [];
    let rowsDone = 0;
    for (const chunk of inChunks(drafts, CHUNK)) {
      await nextTurn();
      const judged = chunk.flatMap((draft) => judge(draft) ?? []);
      if (errors.count() === 0) await stageReadings(client, judged);
      readings.push(...judged);
      rowsDone += chunk.length;
      work.note(rowsDone);
    }
    const { counts, sensors } = await match(client, work, readings);
    if (job.isDryRun || errors.count() > 0 || sensors === null) throw new RolledBack(counts);
    const times = readings.map(({ at }) => at);
    await makePartitions(deps.db, "readings", times);
    const sensorKeys = await writeStaged(client, job.scope, job.createdById, sensors);
    await finishImport(client, job, outcomeOf(work, counts));
    return sensorKeys;
  });
  await tellCorrected(deps, corrected);
}

/** Judges row by row: what a row is by itself, and whether another one is of the same reading. */
function createReadingJudge({ config }: Deps, { errors }: ImportWork) {
  const now = new Date();
  // What would be dropped at once is of no use.
  const oldestDays = Math.max(OLDEST_READING_DAYS, config.retentionDays);
  const firstRows = new Map<string, number>();
  return ({ row, fields, id }: ReadingDraft): Judged | null => {
    const { data: input, error } = readingInputSchema.safeParse(fields);
    if (input === undefined) {
      for (const { field, detail } of fieldErrors(error.issues)) errors.add(row, field.split(".")[0] ?? field, detail);
      return null;
    }
    if (input.timestamp === undefined) return { row, input, at: now };
    const at = settleReadingTime(input.timestamp, now, oldestDays);
    const key = `${input.sensor_id} ${at?.getTime()} ${id}`;
    const first = firstRows.get(key);
    if (at === null) errors.add(row, "timestamp", timeOutOfRange(oldestDays));
    else if (first !== undefined) errors.add(row, id === "" ? "timestamp" : "id", `is in row ${first} already`);
    else firstRows.set(key, row);
    return at === null || first !== undefined ? null : { row, input, at };
  };
}

const NOTHING: Counts = { created: 0, updated: 0, unchanged: 0 };

/** What is to become of the readings that are staged; without sensors where nothing may stay. */
async function match(
  client: pg.PoolClient,
  { job, errors }: ImportWork,
  readings: readonly Judged[],
): Promise<{ counts: Counts; sensors: Found | null }> {
  try {
    const inputs = readings.map(({ input }) => input);
    const { problems, sensors } = await findSensors(client, job.scope, inputs, SENSORS_PER_WORKSPACE);
    for (const { i, detail } of problems) errors.add(readings[i]?.row ?? null, "unit", detail);
    return errors.count() > 0 ? { counts: NOTHING, sensors: null } : { counts: await matchReadings(client), sensors };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (errors.count() === 0) errors.add(null, "sensor_id", error.message);
    return { counts: NOTHING, sensors: null };
  }
}

/** Sensors whose last values may be others now. A broker that is away holds nothing up. */
async function tellCorrected({ db, broker, log }: Deps, keys: readonly number[]): Promise<void> {
  if (keys.length === 0) return;
  const at = new Date().toISOString();
  try {
    const sensors = await readSensors(db, keys);
    await broker.bus.publish(
      sensors.map(({ workspaceId, sensor }): BusEvent => ({
        workspace: workspaceId,
        at,
        type: "sensor.updated",
        data: sensor,
      })),
    );
  } catch (error) {
    log.warn({ err: error, sensors: keys.length }, "corrected readings could not be told");
  }
}
