import { z } from "zod";
import { pageQuery, rangeQuery, sortQuery, textQuery, totalQuery } from "./list.ts";

/** Sensors that a workspace may have where no operator has set another number; SQL is the operator's own. */
export const SENSORS_PER_WORKSPACE = 1_000;
/** How many readings one request may bring. */
export const READINGS_AT_ONCE = 1_000;
/** How far back (in days) and ahead (in ms) the time of a reading may be; what is ahead counts as now. */
export const OLDEST_READING_DAYS = 7;
const DAY_MS = 86_400_000;
const AHEAD_AT_MOST_MS = 60_000;
const LONGEST_METADATA_BYTES = 16_384;

export const sensorIdSchema = z.string().regex(/^[A-Za-z0-9._:-]{1,128}$/, "must be 1 to 128 of A-Z a-z 0-9 . _ : -");

const metadataSchema = z
  .record(z.string(), z.unknown())
  .refine(
    (metadata) => new TextEncoder().encode(JSON.stringify(metadata)).length <= LONGEST_METADATA_BYTES,
    `must be a JSON object of at most ${LONGEST_METADATA_BYTES} bytes`,
  );
export type Metadata = z.infer<typeof metadataSchema>;

const unitSchema = z.string().trim().min(1).max(32);
const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

export const readingInputSchema = z
  .strictObject({
    sensor_id: sensorIdSchema,
    value: z.number(),
    metadata: metadataSchema.optional(),
    unit: unitSchema
      .optional()
      .describe("Of the sensor, once and for all. Left out at its first reading: metadata.unit"),
    timestamp: instant.optional().describe("Within the last 7 days; left out: now"),
  })
  .meta({ id: "ReadingInput" });
export type ReadingInput = z.infer<typeof readingInputSchema>;

/** Body of `POST /sensors`: one reading, or many. */
export const readingsInputSchema = z.union([
  readingInputSchema,
  z.array(readingInputSchema).min(1).max(READINGS_AT_ONCE),
]);

/** What is said of a time that is too far away. */
export function timeOutOfRange(oldestDays = OLDEST_READING_DAYS): string {
  return `must be within the last ${oldestDays} days, and not in the future`;
}

/** May a reading be of this time? What is a little ahead counts as now; null: too far away. */
export function settleReadingTime(at: Date, now: Date, oldestDays = OLDEST_READING_DAYS): Date | null {
  const aheadMs = at.getTime() - now.getTime();
  if (aheadMs > AHEAD_AT_MOST_MS || aheadMs < -oldestDays * DAY_MS) return null;
  return aheadMs > 0 ? now : at;
}

/** The unit that a new sensor gets from its first reading. */
export function unitOf({ unit, metadata }: Pick<ReadingInput, "unit" | "metadata">): string {
  const told = unit ?? metadata?.["unit"];
  return typeof told === "string" ? told.trim().slice(0, 32) : "";
}

const reading = {
  id: z.int(),
  sensor_id: z.string(),
  value: z.number(),
  timestamp: z.iso.datetime(),
  metadata: metadataSchema.describe("What was sent with it; {} where nothing was"),
};

/** A reading as it is answered to whoever sent it. */
export const createdReadingSchema = z
  .object({ ...reading, message: z.literal("Sensor reading created successfully") })
  .meta({ id: "CreatedReading" });
export type CreatedReading = z.infer<typeof createdReadingSchema>;

export const readingSchema = z
  .object({
    ...reading,
    unit: z.string(),
    is_anomaly: z.boolean().describe("Outside the sensor's usual band when it came"),
  })
  .meta({ id: "Reading" });
export type ReadingView = z.infer<typeof readingSchema>;

/** A reading as it stands in the log. */
export const loggedReadingSchema = readingSchema
  .extend({ corrected_at: z.iso.datetime().nullable().describe("When it was last corrected; null: it is as it came") })
  .meta({ id: "LoggedReading" });
export type LoggedReadingView = z.infer<typeof loggedReadingSchema>;

/** Body of `PATCH /sensors/{sensor_id}/readings/{id}`: a correction. */
export const readingChangeSchema = z
  .strictObject({ value: z.number(), metadata: metadataSchema })
  .partial()
  .refine((change) => Object.keys(change).length > 0, "must change something");
export type ReadingChange = z.infer<typeof readingChangeSchema>;

const CORRECTIONS = ["reading.corrected", "reading.deleted"] as const;
const corrected = z.object({ id: z.int(), value: z.number(), timestamp: z.iso.datetime(), metadata: metadataSchema });
export const correctionSchema = z
  .object({
    id: z.int(),
    at: z.iso.datetime(),
    action: z.enum(CORRECTIONS),
    user_id: z.uuid().nullable(),
    api_key_id: z.uuid().nullable().describe("Where a key did it"),
    before: corrected,
    after: corrected.nullable().describe("Null where it was deleted"),
  })
  .meta({ id: "Correction" });
export type CorrectionView = z.infer<typeof correctionSchema>;

const BREACHES = ["above", "below"] as const;
const bound = z.number().nullable();
const tag = z.string().trim().min(1).max(50);
const location = z.string().trim().max(200);

/** What people set of a sensor. */
const settings = {
  name: z.string().trim().min(1).max(200),
  unit: z.string().trim().max(32),
  location,
  tags: z
    .array(tag)
    .max(20)
    .transform((list) => [...new Set(list)]),
  notes: z.string().max(5_000),
  above: bound.describe("A value above it opens an incident; null: none does"),
  below: bound.describe("A value below it opens an incident; null: none does"),
  hysteresis: z.number().min(0).describe("How far back inside its bound a value must be for the incident to end"),
  min_duration_s: z.int().min(0).max(86_400).describe("How long a bound must be crossed for an incident, in seconds"),
  alerts_on_anomaly: z.boolean().describe("Do values outside the usual band open an incident?"),
};

/** Body of `PATCH /sensors/{sensor_id}`: what is left out stays; null clears a bound. */
export const sensorUpdateSchema = z.strictObject(settings).partial();
export type SensorChange = z.infer<typeof sensorUpdateSchema>;

export const sensorSchema = z
  .object({
    sensor_id: z.string(),
    ...settings,
    tags: z.array(z.string()),
    last_value: z.number().nullable(),
    last_reading_at: z.iso.datetime().nullable(),
    last_metadata: metadataSchema.nullable(),
    is_anomaly: z.boolean().describe("Was the last reading outside the usual band?"),
    readings: z.int().describe("How many there were in all"),
    breach: z.enum(BREACHES).nullable().describe("The bound that is crossed"),
    breach_since: z.iso.datetime().nullable(),
    has_open_incident: z.boolean(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: "Sensor" });
export type SensorView = z.infer<typeof sensorSchema>;

export const SENSOR_SORTS = ["name", "sensor_id", "created_at", "last_reading_at", "last_value"] as const;
export type SensorSort = (typeof SENSOR_SORTS)[number];

export const sensorListQuery = z.strictObject({
  ...pageQuery,
  ...totalQuery,
  sort: sortQuery(SENSOR_SORTS, "name"),
  tag: tag.optional(),
  location: location.optional().describe("Exactly this one"),
  breach: z.enum(BREACHES).optional().describe("The bound that is crossed now"),
  is_anomaly: z.stringbool().optional().describe("Is the last reading outside the usual band?"),
  q: textQuery("the name, the sensor_id or the location"),
});
export type SensorListQuery = z.infer<typeof sensorListQuery>;

export const readingListQuery = z.strictObject({
  ...pageQuery,
  ...rangeQuery,
  sort: sortQuery(["timestamp"], "-timestamp"),
  anomaly: z.stringbool().optional(),
});
export type ReadingListQuery = z.infer<typeof readingListQuery>;

export const correctionListQuery = z.strictObject({
  ...pageQuery,
  ...rangeQuery,
  sort: sortQuery(["at"], "-at"),
  action: z.enum(CORRECTIONS).optional(),
});
export type CorrectionListQuery = z.infer<typeof correctionListQuery>;

const figures = {
  count: z.int(),
  avg: z.number().nullable(),
  min: z.number().nullable(),
  max: z.number().nullable(),
  anomalies: z.int(),
};

export const sensorStatsSchema = z
  .object({
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    unit: z.string(),
    ...figures,
    buckets: z.array(z.object({ from: z.iso.datetime(), to: z.iso.datetime(), ...figures })),
  })
  .meta({ id: "SensorStats" });
export type SensorStats = z.infer<typeof sensorStatsSchema>;
