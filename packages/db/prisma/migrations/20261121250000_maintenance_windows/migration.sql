-- CreateTable
CREATE TABLE "maintenance_windows" (
    "id" SERIAL NOT NULL,
    "public_id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "workspace_id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "is_hidden" BOOLEAN NOT NULL DEFAULT false,
    "covers_all" BOOLEAN NOT NULL DEFAULT false,
    "monitor_keys" INTEGER[],
    "device_keys" INTEGER[],
    "tags" TEXT[],
    "schedule" JSONB NOT NULL,
    "planned_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "maintenance_windows_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "window_occurrences" (
    "id" SERIAL NOT NULL,
    "window_id" INTEGER NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "has_begun" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "window_occurrences_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "maintenance_spans" (
    "id" BIGSERIAL NOT NULL,
    "workspace_id" INTEGER NOT NULL,
    "occurrence_id" INTEGER,
    "monitor_id" INTEGER,
    "device_key" INTEGER,
    "sensor_key" INTEGER,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "told_until" TIMESTAMPTZ(3),
    "is_over" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "maintenance_spans_pkey" PRIMARY KEY ("id")
);

-- AlterTable
ALTER TABLE "monitor_states" ADD COLUMN     "maintenance_until" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "device_states" ADD COLUMN     "maintenance_until" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "check_rollups" ADD COLUMN     "maintenance" INTEGER NOT NULL DEFAULT 0;

-- CreateIndex
CREATE UNIQUE INDEX "maintenance_windows_public_id_key" ON "maintenance_windows"("public_id");

-- CreateIndex
CREATE INDEX "maintenance_windows_workspace_id_id_idx" ON "maintenance_windows"("workspace_id", "id");

-- CreateIndex
CREATE INDEX "window_occurrences_ends_at_idx" ON "window_occurrences"("ends_at");

-- CreateIndex
CREATE UNIQUE INDEX "window_occurrences_window_id_starts_at_key" ON "window_occurrences"("window_id", "starts_at");

-- CreateIndex
CREATE INDEX "maintenance_spans_occurrence_id_idx" ON "maintenance_spans"("occurrence_id");

-- CreateIndex
CREATE INDEX "maintenance_spans_monitor_id_ends_at_idx" ON "maintenance_spans"("monitor_id", "ends_at");

-- CreateIndex
CREATE INDEX "maintenance_spans_device_key_ends_at_idx" ON "maintenance_spans"("device_key", "ends_at");

-- CreateIndex
CREATE INDEX "maintenance_spans_sensor_key_ends_at_idx" ON "maintenance_spans"("sensor_key", "ends_at");

-- AddForeignKey
ALTER TABLE "maintenance_windows" ADD CONSTRAINT "maintenance_windows_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "window_occurrences" ADD CONSTRAINT "window_occurrences_window_id_fkey" FOREIGN KEY ("window_id") REFERENCES "maintenance_windows"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "maintenance_spans" ADD CONSTRAINT "maintenance_spans_occurrence_id_fkey" FOREIGN KEY ("occurrence_id") REFERENCES "window_occurrences"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "maintenance_spans" ADD CONSTRAINT "maintenance_spans_monitor_id_fkey" FOREIGN KEY ("monitor_id") REFERENCES "monitors"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "maintenance_spans" ADD CONSTRAINT "maintenance_spans_device_key_fkey" FOREIGN KEY ("device_key") REFERENCES "devices"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "maintenance_spans" ADD CONSTRAINT "maintenance_spans_sensor_key_fkey" FOREIGN KEY ("sensor_key") REFERENCES "sensors"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What is looked through each second: spans that are on or will be.
CREATE INDEX "maintenance_spans_not_over" ON "maintenance_spans"("starts_at") WHERE NOT "is_over";

-- in_maintenance: NULL is no, and costs nothing.
ALTER TABLE "checks" ADD COLUMN "in_maintenance" BOOLEAN;

-- The index that a glance reads alone tells of maintenance too.
DROP INDEX "check_rollups_days";
CREATE INDEX "check_rollups_days" ON "check_rollups"("monitor_id", "bucket_at") INCLUDE ("checks", "failures", "inconclusive", "maintenance") WHERE "period_hours" = 24;
