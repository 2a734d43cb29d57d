-- AlterTable
ALTER TABLE "monitor_states" ADD COLUMN     "anomaly_streak" SMALLINT NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "sensor_states" ADD COLUMN     "anomaly_streak" SMALLINT NOT NULL DEFAULT 0;

-- The spread of a band means another distance than before, so bands are learned anew.
UPDATE "monitor_states" SET "band_readings" = 0 WHERE "band_readings" > 0;
UPDATE "sensor_states" SET "band_readings" = 0 WHERE "band_readings" > 0;
