-- Devices, cron jobs and sensors; incidents, outbox and deliveries that hang on any of them.
-- The first part is what schema.prisma says (and what keeps the data on the way there); the second what Prisma cannot say.

-- CreateEnum
CREATE TYPE "monitor_kind" AS ENUM ('http', 'cron');

-- CreateEnum
CREATE TYPE "device_status" AS ENUM ('ONLINE', 'AT_RISK', 'OFFLINE');

-- CreateEnum
CREATE TYPE "incident_kind" AS ENUM ('outage', 'threshold', 'anomaly');

-- DropForeignKey
ALTER TABLE "transitions" DROP CONSTRAINT "transitions_monitor_id_fkey";

-- DropIndex
DROP INDEX "deliveries_monitor_id_recipient_kind_sent_at_idx";

-- AlterTable
ALTER TABLE "deliveries" ADD COLUMN     "lane" TEXT;
UPDATE "deliveries" SET "lane" = 'monitor ' || "monitor_id" WHERE "monitor_id" IS NOT NULL;
ALTER TABLE "deliveries" DROP COLUMN "monitor_id";

-- AlterTable
ALTER TABLE "incidents" ADD COLUMN     "device_key" INTEGER,
ADD COLUMN     "kind" "incident_kind" NOT NULL DEFAULT 'outage',
ADD COLUMN     "sensor_key" INTEGER,
ALTER COLUMN "monitor_id" DROP NOT NULL;

-- AlterTable
ALTER TABLE "monitor_states" ADD COLUMN     "anomaly_incident_id" UUID,
ADD COLUMN     "band_center" REAL NOT NULL DEFAULT 0,
ADD COLUMN     "band_readings" SMALLINT NOT NULL DEFAULT 0,
ADD COLUMN     "band_spread" REAL NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "monitors" ADD COLUMN     "alerts_on_anomaly" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "kind" "monitor_kind" NOT NULL DEFAULT 'http';

-- AlterTable
ALTER TABLE "transitions" DROP COLUMN "monitor_id";

-- AlterTable
ALTER TABLE "workspaces" ADD COLUMN     "device_alerts" BOOLEAN NOT NULL DEFAULT true,
ADD COLUMN     "device_at_risk_after_s" INTEGER NOT NULL DEFAULT 120,
ADD COLUMN     "device_battery_low" INTEGER NOT NULL DEFAULT 20,
ADD COLUMN     "device_offline_after_s" INTEGER NOT NULL DEFAULT 300;

-- CreateTable
CREATE TABLE "cron_jobs" (
    "monitor_id" INTEGER NOT NULL,
    "ping_id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "schedule" TEXT,
    "time_zone" TEXT NOT NULL DEFAULT 'UTC',
    "grace_s" INTEGER NOT NULL,
    "longest_run_s" INTEGER,
    "last_ping_at" TIMESTAMPTZ(3),
    "last_duration_ms" DOUBLE PRECISION,
    "pings" BIGINT NOT NULL DEFAULT 0,
    "state" JSONB,

    CONSTRAINT "cron_jobs_pkey" PRIMARY KEY ("monitor_id")
);

-- CreateTable
CREATE TABLE "devices" (
    "id" SERIAL NOT NULL,
    "workspace_id" INTEGER NOT NULL,
    "device_id" TEXT NOT NULL,
    "created_by_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "location" TEXT NOT NULL DEFAULT '',
    "tags" TEXT[],
    "notes" TEXT NOT NULL DEFAULT '',
    "is_renamed" BOOLEAN NOT NULL DEFAULT false,
    "at_risk_after_s" INTEGER,
    "offline_after_s" INTEGER,
    "battery_low" INTEGER,
    "alerts_on_offline" BOOLEAN,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "devices_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "device_states" (
    "device_key" INTEGER NOT NULL,
    "workspace_id" INTEGER NOT NULL,
    "status" "device_status" NOT NULL DEFAULT 'ONLINE',
    "status_since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "battery_level" REAL,
    "signal_strength" REAL,
    "is_battery_low" BOOLEAN NOT NULL DEFAULT false,
    "last_heard_at" TIMESTAMPTZ(3) NOT NULL,
    "last_report_at" TIMESTAMPTZ(3),
    "last_sent_at" TIMESTAMPTZ(3),
    "look_at" TIMESTAMPTZ(3) NOT NULL,
    "incident_id" UUID,
    "connection_id" UUID,
    "connected_to" UUID,
    "connected_since" TIMESTAMPTZ(3),
    "heartbeats" BIGINT NOT NULL DEFAULT 0,
    "watched_until" TIMESTAMPTZ(3),

    CONSTRAINT "device_states_pkey" PRIMARY KEY ("device_key")
);

-- CreateTable
CREATE TABLE "api_processes" (
    "id" UUID NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "api_processes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "listening" (
    "id" SMALLINT NOT NULL DEFAULT 1,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "listening_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sensors" (
    "id" SERIAL NOT NULL,
    "workspace_id" INTEGER NOT NULL,
    "sensor_id" TEXT NOT NULL,
    "created_by_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "unit" TEXT NOT NULL DEFAULT '',
    "location" TEXT NOT NULL DEFAULT '',
    "tags" TEXT[],
    "notes" TEXT NOT NULL DEFAULT '',
    "above" DOUBLE PRECISION,
    "below" DOUBLE PRECISION,
    "hysteresis" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "min_duration_s" INTEGER NOT NULL DEFAULT 0,
    "alerts_on_anomaly" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sensors_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sensor_states" (
    "sensor_key" INTEGER NOT NULL,
    "workspace_id" INTEGER NOT NULL,
    "last_reading_id" BIGINT,
    "last_value" DOUBLE PRECISION,
    "last_at" TIMESTAMPTZ(3),
    "last_metadata" JSONB,
    "is_last_anomaly" BOOLEAN NOT NULL DEFAULT false,
    "readings" BIGINT NOT NULL DEFAULT 0,
    "breach" TEXT,
    "breach_since" TIMESTAMPTZ(3),
    "threshold_incident_id" UUID,
    "anomaly_incident_id" UUID,
    "band_readings" SMALLINT NOT NULL DEFAULT 0,
    "band_center" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "band_spread" DOUBLE PRECISION NOT NULL DEFAULT 0,

    CONSTRAINT "sensor_states_pkey" PRIMARY KEY ("sensor_key")
);

-- CreateTable
CREATE TABLE "reading_batches" (
    "id" BIGSERIAL NOT NULL,
    "reading_ids" BIGINT[],
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,
    "inserted_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "reading_batches_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "series_rollups" (
    "series" CHAR(1) NOT NULL,
    "key" INTEGER NOT NULL,
    "period_hours" SMALLINT NOT NULL,
    "bucket_at" TIMESTAMPTZ(3) NOT NULL,
    "readings" INTEGER NOT NULL,
    "sum" DOUBLE PRECISION NOT NULL,
    "min" DOUBLE PRECISION NOT NULL,
    "max" DOUBLE PRECISION NOT NULL,
    "anomalies" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "series_rollups_pkey" PRIMARY KEY ("series","key","period_hours","bucket_at")
);

-- CreateTable
CREATE TABLE "audit_entries" (
    "id" BIGSERIAL NOT NULL,
    "workspace_id" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "user_id" UUID,
    "api_key_id" UUID,
    "action" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "before" JSONB,
    "after" JSONB,

    CONSTRAINT "audit_entries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "instance_settings" (
    "id" SMALLINT NOT NULL DEFAULT 1,
    "sensor_workspace_id" INTEGER,

    CONSTRAINT "instance_settings_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "cron_jobs_ping_id_key" ON "cron_jobs"("ping_id");

-- CreateIndex
CREATE INDEX "devices_workspace_id_name_id_idx" ON "devices"("workspace_id", "name", "id");

-- CreateIndex
CREATE INDEX "devices_workspace_id_location_idx" ON "devices"("workspace_id", "location");

-- CreateIndex
CREATE INDEX "devices_tags_idx" ON "devices" USING GIN ("tags");

-- CreateIndex
CREATE UNIQUE INDEX "devices_workspace_id_device_id_key" ON "devices"("workspace_id", "device_id");

-- CreateIndex
CREATE INDEX "device_states_look_at_idx" ON "device_states"("look_at");

-- CreateIndex
CREATE INDEX "device_states_workspace_id_status_idx" ON "device_states"("workspace_id", "status");

-- CreateIndex
CREATE INDEX "sensors_sensor_id_idx" ON "sensors"("sensor_id");

-- CreateIndex
CREATE INDEX "sensors_workspace_id_name_id_idx" ON "sensors"("workspace_id", "name", "id");

-- CreateIndex
CREATE INDEX "sensors_tags_idx" ON "sensors" USING GIN ("tags");

-- CreateIndex
CREATE UNIQUE INDEX "sensors_workspace_id_sensor_id_key" ON "sensors"("workspace_id", "sensor_id");

-- CreateIndex
CREATE INDEX "audit_entries_workspace_id_subject_id_idx" ON "audit_entries"("workspace_id", "subject", "id");

-- CreateIndex
CREATE INDEX "deliveries_lane_recipient_kind_sent_at_idx" ON "deliveries"("lane", "recipient", "kind", "sent_at");

-- CreateIndex
CREATE INDEX "incidents_device_key_started_at_idx" ON "incidents"("device_key", "started_at");

-- CreateIndex
CREATE INDEX "incidents_sensor_key_started_at_idx" ON "incidents"("sensor_key", "started_at");

-- AddForeignKey
ALTER TABLE "incidents" ADD CONSTRAINT "incidents_device_key_fkey" FOREIGN KEY ("device_key") REFERENCES "devices"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "incidents" ADD CONSTRAINT "incidents_sensor_key_fkey" FOREIGN KEY ("sensor_key") REFERENCES "sensors"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "cron_jobs" ADD CONSTRAINT "cron_jobs_monitor_id_fkey" FOREIGN KEY ("monitor_id") REFERENCES "monitors"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "devices" ADD CONSTRAINT "devices_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "devices" ADD CONSTRAINT "devices_created_by_id_fkey" FOREIGN KEY ("created_by_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "device_states" ADD CONSTRAINT "device_states_device_key_fkey" FOREIGN KEY ("device_key") REFERENCES "devices"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sensors" ADD CONSTRAINT "sensors_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sensors" ADD CONSTRAINT "sensors_created_by_id_fkey" FOREIGN KEY ("created_by_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sensor_states" ADD CONSTRAINT "sensor_states_sensor_key_fkey" FOREIGN KEY ("sensor_key") REFERENCES "sensors"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "audit_entries" ADD CONSTRAINT "audit_entries_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "instance_settings" ADD CONSTRAINT "instance_settings_sensor_workspace_id_fkey" FOREIGN KEY ("sensor_workspace_id") REFERENCES "workspaces"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- What Prisma cannot say ------------------------------------------------------------------------------------

-- Of one thing exactly, and of each thing at most one incident of a kind at a time.
ALTER TABLE "incidents" ADD CONSTRAINT "incidents_one_subject" CHECK (num_nonnulls("monitor_id", "device_key", "sensor_key") = 1);
DROP INDEX "incidents_one_open_per_monitor";
CREATE UNIQUE INDEX "incidents_one_open_per_monitor" ON "incidents"("monitor_id", "kind") WHERE "ended_at" IS NULL;
CREATE UNIQUE INDEX "incidents_one_open_per_device" ON "incidents"("device_key", "kind") WHERE "ended_at" IS NULL;
CREATE UNIQUE INDEX "incidents_one_open_per_sensor" ON "incidents"("sensor_key", "kind") WHERE "ended_at" IS NULL;

-- A run of a cron job whose start nobody told has no duration. is_anomaly: NULL is no, and costs nothing.
ALTER TABLE "checks" ALTER COLUMN "total_ms" DROP NOT NULL;
ALTER TABLE "checks" ADD COLUMN "is_anomaly" BOOLEAN;

-- Hot: room on the page keeps updates off the indexes.
ALTER TABLE "device_states" SET (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE "sensor_states" SET (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX "device_states_connected" ON "device_states"("connected_to") WHERE "connected_to" IS NOT NULL;

-- What was reported, in daily partitions (UTC) that maintenance makes ahead and drops whole, as those of "checks".

-- A cron job's pings. kind: s start, o success, f fail, l log.
CREATE TABLE "pings" (
    "at" TIMESTAMPTZ(3) NOT NULL,
    "id" BIGINT GENERATED ALWAYS AS IDENTITY,
    "monitor_id" INTEGER NOT NULL,
    "kind" "char" NOT NULL,
    "exit_code" SMALLINT,
    "duration_ms" DOUBLE PRECISION,
    "rid" UUID,
    "method" TEXT NOT NULL,
    "address" TEXT,
    "user_agent" TEXT,
    "body" BYTEA,
    CONSTRAINT "pings_pkey" PRIMARY KEY ("monitor_id", "at", "id")
) PARTITION BY RANGE ("at");

-- Heartbeats. A report is known by its device and time: a repeated one adds nothing.
CREATE TABLE "device_reports" (
    "reported_at" TIMESTAMPTZ(3) NOT NULL,
    "device_key" INTEGER NOT NULL,
    "battery_level" REAL,
    "signal_strength" REAL,
    CONSTRAINT "device_reports_pkey" PRIMARY KEY ("device_key", "reported_at")
) PARTITION BY RANGE ("reported_at");

-- event_type: c connected, d disconnected, o online, r at_risk, x offline.
CREATE TABLE "device_events" (
    "at" TIMESTAMPTZ(3) NOT NULL,
    "id" BIGINT GENERATED ALWAYS AS IDENTITY,
    "device_key" INTEGER NOT NULL,
    "event_type" "char" NOT NULL,
    CONSTRAINT "device_events_pkey" PRIMARY KEY ("device_key", "at", "id")
) PARTITION BY RANGE ("at");

CREATE TABLE "readings" (
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
    "id" BIGINT GENERATED BY DEFAULT AS IDENTITY,
    "value" DOUBLE PRECISION NOT NULL,
    "sensor_key" INTEGER NOT NULL,
    "is_anomaly" BOOLEAN,
    "metadata" JSONB,
    CONSTRAINT "readings_pkey" PRIMARY KEY ("sensor_key", "at", "id")
) PARTITION BY RANGE ("at");
CREATE INDEX "readings_id" ON "readings"("id");

-- Whoever inserts readings, by whatever client: they are queued for the one who judges and tells them, and that one is
-- woken. The notification carries nothing, so its limit of 8,000 bytes does not concern it.
CREATE FUNCTION "queue_readings"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO reading_batches (reading_ids, first_at, last_at)
  SELECT array_agg(id ORDER BY at, id), min(at), max(at) FROM fresh HAVING count(*) > 0;
  PERFORM pg_notify('pulsecheck_readings', '');
  RETURN NULL;
END $$;
CREATE TRIGGER "sensor_update_trigger" AFTER INSERT ON "readings" REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION "queue_readings"();

-- The table that plain SQL knows: INSERT INTO sensor_readings (sensor_id, value, metadata) VALUES (...).
CREATE VIEW "sensor_readings" AS
  SELECT r.id, s.sensor_id, r.value, r.metadata, r.at AS "timestamp", s.unit, w.public_id AS workspace
  FROM readings r JOIN sensors s ON s.id = r.sensor_key JOIN workspaces w ON w.id = s.workspace_id;

CREATE FUNCTION "insert_sensor_reading"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  keys INTEGER[];
  home INTEGER;
  owner UUID;
BEGIN
  IF NEW.sensor_id IS NULL OR NEW.sensor_id !~ '^[A-Za-z0-9._:-]{1,128}$' THEN
    RAISE EXCEPTION 'sensor_id: must be 1 to 128 of A-Z a-z 0-9 . _ : -' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.value IS NULL OR NEW.value IN ('NaN', 'Infinity', '-Infinity') THEN
    RAISE EXCEPTION 'value: must be a finite number' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.metadata IS NOT NULL AND (jsonb_typeof(NEW.metadata) <> 'object' OR octet_length(NEW.metadata::text) > 16384) THEN
    RAISE EXCEPTION 'metadata: must be a JSON object of at most 16384 bytes' USING ERRCODE = 'check_violation';
  END IF;
  NEW."timestamp" := coalesce(NEW."timestamp", now());
  IF NEW."timestamp" > now() + interval '1 minute' OR NEW."timestamp" < now() - interval '7 days' THEN
    RAISE EXCEPTION 'timestamp: must be within the last 7 days, and not in the future' USING ERRCODE = 'check_violation';
  END IF;
  SELECT array_agg(s.id) INTO keys FROM sensors s JOIN workspaces w ON w.id = s.workspace_id
  WHERE s.sensor_id = NEW.sensor_id AND (NEW.workspace IS NULL OR w.public_id = NEW.workspace);
  IF cardinality(keys) > 1 THEN
    RAISE EXCEPTION 'sensor_id: "%" is a sensor of several workspaces; name one in the column workspace', NEW.sensor_id
      USING ERRCODE = 'cardinality_violation';
  END IF;
  IF keys IS NULL THEN
    IF NEW.workspace IS NULL THEN
      SELECT sensor_workspace_id INTO home FROM instance_settings;
    ELSE
      SELECT id INTO home FROM workspaces WHERE public_id = NEW.workspace;
    END IF;
    SELECT user_id INTO owner FROM memberships WHERE workspace_id = home AND role = 'ADMIN' ORDER BY created_at LIMIT 1;
    IF owner IS NULL THEN
      RAISE EXCEPTION 'sensor_id: there is no sensor "%" here; create it first, name its workspace in the column workspace, or set SENSOR_WORKSPACE for sensors that nobody knows', NEW.sensor_id
        USING ERRCODE = 'foreign_key_violation';
    END IF;
    INSERT INTO sensors (workspace_id, sensor_id, created_by_id, name, unit, tags)
    VALUES (home, NEW.sensor_id, owner, NEW.sensor_id, left(coalesce(NEW.unit, NEW.metadata ->> 'unit', ''), 32), '{}')
    ON CONFLICT (workspace_id, sensor_id) DO UPDATE SET sensor_id = excluded.sensor_id RETURNING ARRAY[id] INTO keys;
    INSERT INTO sensor_states (sensor_key, workspace_id) VALUES (keys[1], home) ON CONFLICT DO NOTHING;
  END IF;
  INSERT INTO readings (at, value, sensor_key, metadata) VALUES (NEW."timestamp", NEW.value, keys[1], NEW.metadata)
  RETURNING id INTO NEW.id;
  RETURN NEW;
END $$;
CREATE TRIGGER "sensor_reading_insert" INSTEAD OF INSERT ON "sensor_readings"
  FOR EACH ROW EXECUTE FUNCTION "insert_sensor_reading"();

INSERT INTO "instance_settings" DEFAULT VALUES;
INSERT INTO "listening" ("since", "seen_at") VALUES (now(), now());
