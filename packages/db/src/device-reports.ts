import type pg from "pg";
import { writeArray } from "./array-literal.ts";
import { remakeSeries } from "./series-rollups.ts";

/** A report as the history keeps it. Times in ms since the epoch. */
export type KeptReport = {
  /** Of the device. */
  key: number;
  at: number;
  /** When the device says that it sent it; null where it told nothing. */
  sentAt: number | null;
  batteryLevel: number | null;
  signalStrength: number | null;
};

// A join for each of the two ways to keep a time: one condition with OR would read whole partitions.
const READ_KNOWN = `
  WITH asked AS (SELECT * FROM unnest($1::int[], $2::timestamptz[]) AS i(key, sent_at))
  SELECT a.key, a.sent_at AS "sentAt" FROM asked a
    JOIN device_reports r ON r.device_key = a.key AND r.reported_at = a.sent_at WHERE r.sent_at IS NULL
  UNION ALL
  SELECT a.key, a.sent_at FROM asked a
    JOIN device_reports r ON r.device_key = a.key AND r.sent_at = a.sent_at AND r.reported_at >= $3`;

/**
 * Which of these times of sending the history holds already: of each device, by its inner key.
 * @param since where the history under our clock is looked through from
 */
export async function readKnown(
  client: pg.PoolClient,
  asked: readonly { key: number; sentAt: number }[],
  since: Date,
): Promise<Map<number, Set<number>>> {
  const known = new Map<number, Set<number>>();
  if (asked.length === 0) return known;
  const { rows } = await client.query<{ key: number; sentAt: Date }>({
    name: "read-known-reports",
    text: READ_KNOWN,
    values: [writeArray(asked.map(({ key }) => key)), writeArray(asked.map(({ sentAt }) => new Date(sentAt))), since],
  });
  for (const { key, sentAt } of rows) {
    const ofDevice = known.get(key) ?? new Set();
    known.set(key, ofDevice.add(sentAt.getTime()));
  }
  return known;
}

/** Adds reports to the history, each under a time of its own: one whose time is taken stands a millisecond earlier. */
export async function writeHistory(client: pg.PoolClient, reports: readonly KeptReport[]): Promise<void> {
  let left = reports;
  while (left.length > 0) {
    const { rows } = await client.query<{ key: number; at: Date }>({
      name: "write-reports",
      text: `INSERT INTO device_reports (device_key, reported_at, sent_at, battery_level, signal_strength)
        SELECT * FROM unnest($1::int[], $2::timestamptz[], $3::timestamptz[], $4::real[], $5::real[]) ON CONFLICT DO NOTHING
        RETURNING device_key AS key, reported_at AS at`,
      values: [
        writeArray(left.map(({ key }) => key)),
        writeArray(left.map(({ at }) => new Date(at))),
        writeArray(left.map(({ at, sentAt }) => (sentAt === null || sentAt === at ? null : new Date(sentAt)))),
        writeArray(left.map(({ batteryLevel }) => batteryLevel)),
        writeArray(left.map(({ signalStrength }) => signalStrength)),
      ],
    });
    await remakeSeries(client, ["h", "b", "s"], rows);
    const added = new Set(rows.map(({ key, at }) => `${key} ${at.getTime()}`));
    // Deleted: of two with the same time only the first was added.
    left = left.filter(({ key, at }) => !added.delete(`${key} ${at}`)).map((one) => ({ ...one, at: one.at - 1 }));
  }
}
