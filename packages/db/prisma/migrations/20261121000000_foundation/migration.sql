-- The foundation: tenants, people, monitors, checks, incidents, the outbox.
-- The first part is what schema.prisma says; the second what Prisma cannot say.

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "role" AS ENUM ('ADMIN', 'USER', 'VIEWER', 'INGEST');

-- CreateEnum
CREATE TYPE "monitor_status" AS ENUM ('UP', 'DOWN', 'UNKNOWN');

-- CreateEnum
CREATE TYPE "token_kind" AS ENUM ('VERIFY_EMAIL', 'RESET_PASSWORD');

-- CreateEnum
CREATE TYPE "transition_kind" AS ENUM ('DOWN', 'UP');

-- CreateEnum
CREATE TYPE "delivery_kind" AS ENUM ('DOWN', 'UP', 'VERIFY_EMAIL', 'RESET_PASSWORD');

-- CreateEnum
CREATE TYPE "delivery_state" AS ENUM ('PENDING', 'SENDING', 'SENT', 'SUPPRESSED', 'REJECTED');

-- CreateTable
CREATE TABLE "users" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "email" TEXT NOT NULL,
    "password_hash" TEXT NOT NULL,
    "first_name" TEXT NOT NULL,
    "last_name" TEXT NOT NULL,
    "is_active" BOOLEAN NOT NULL DEFAULT true,
    "is_verified" BOOLEAN NOT NULL DEFAULT false,
    "is_superuser" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "workspaces" (
    "id" SERIAL NOT NULL,
    "public_id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "workspaces_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "memberships" (
    "workspace_id" INTEGER NOT NULL,
    "user_id" UUID NOT NULL,
    "role" "role" NOT NULL,
    "is_personal" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "memberships_pkey" PRIMARY KEY ("workspace_id","user_id")
);

-- CreateTable
CREATE TABLE "sessions" (
    "id_hash" TEXT NOT NULL,
    "user_id" UUID NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "address" TEXT,
    "user_agent" TEXT,

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id_hash")
);

-- CreateTable
CREATE TABLE "user_tokens" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "user_id" UUID NOT NULL,
    "kind" "token_kind" NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "user_tokens_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_keys" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "workspace_id" INTEGER NOT NULL,
    "created_by_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "role" "role" NOT NULL,
    "key_hash" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ws_tickets" (
    "token_hash" TEXT NOT NULL,
    "workspace_id" INTEGER NOT NULL,
    "session_hash" TEXT,
    "api_key_id" UUID,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ws_tickets_pkey" PRIMARY KEY ("token_hash")
);

-- CreateTable
CREATE TABLE "rate_limits" (
    "key" VARCHAR(255) NOT NULL,
    "points" INTEGER NOT NULL DEFAULT 0,
    "expire" BIGINT,

    CONSTRAINT "rate_limits_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "monitors" (
    "id" SERIAL NOT NULL,
    "public_id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "workspace_id" INTEGER NOT NULL,
    "created_by_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "method" TEXT NOT NULL DEFAULT 'GET',
    "interval_s" INTEGER NOT NULL,
    "timeout_ms" INTEGER NOT NULL,
    "expected_status" TEXT[],
    "keyword" TEXT,
    "keyword_absent" TEXT,
    "follow_redirects" BOOLEAN NOT NULL,
    "max_redirects" INTEGER NOT NULL,
    "verify_tls" BOOLEAN NOT NULL,
    "failure_threshold" INTEGER NOT NULL,
    "tags" TEXT[],
    "notes" TEXT NOT NULL DEFAULT '',
    "is_active" BOOLEAN NOT NULL DEFAULT true,
    "secrets" BYTEA,
    "secret_outline" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "monitors_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "monitor_states" (
    "monitor_id" INTEGER NOT NULL,
    "workspace_id" INTEGER NOT NULL,
    "shard" SMALLINT NOT NULL,
    "status" "monitor_status" NOT NULL DEFAULT 'UNKNOWN',
    "failure_streak" INTEGER NOT NULL DEFAULT 0,
    "inconclusive_streak" INTEGER NOT NULL DEFAULT 0,
    "streak_started_at" TIMESTAMPTZ(3),
    "incident_id" UUID,
    "fence" BIGINT NOT NULL DEFAULT 0,
    "next_check_at" TIMESTAMPTZ(3),
    "scheduled_at" TIMESTAMPTZ(3),
    "status_since" TIMESTAMPTZ(3),
    "last_checked_at" TIMESTAMPTZ(3),
    "last_latency_ms" REAL,
    "last_reason" SMALLINT,
    "last_alert_sent_at" TIMESTAMPTZ(3),

    CONSTRAINT "monitor_states_pkey" PRIMARY KEY ("monitor_id")
);

-- CreateTable
CREATE TABLE "incidents" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "workspace_id" INTEGER NOT NULL,
    "monitor_id" INTEGER NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "confirmed_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "reason" SMALLINT NOT NULL,
    "detail" TEXT NOT NULL,

    CONSTRAINT "incidents_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "transitions" (
    "id" BIGSERIAL NOT NULL,
    "monitor_id" INTEGER NOT NULL,
    "incident_id" UUID NOT NULL,
    "kind" "transition_kind" NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "processed_at" TIMESTAMPTZ(3),
    "published_at" TIMESTAMPTZ(3),
    "events" JSONB,

    CONSTRAINT "transitions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "deliveries" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "kind" "delivery_kind" NOT NULL,
    "channel" TEXT NOT NULL DEFAULT 'email',
    "recipient" TEXT NOT NULL,
    "incident_id" UUID,
    "monitor_id" INTEGER,
    "token_id" UUID,
    "state" "delivery_state" NOT NULL DEFAULT 'PENDING',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "lease_until" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "lost_answers" INTEGER NOT NULL DEFAULT 0,
    "is_debounced" BOOLEAN NOT NULL DEFAULT false,
    "sent_at" TIMESTAMPTZ(3),
    "last_error" TEXT,
    "message_id" TEXT,

    CONSTRAINT "deliveries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "dev_mails" (
    "id" BIGSERIAL NOT NULL,
    "recipient" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "html" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "dev_mails_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "check_rollups" (
    "monitor_id" INTEGER NOT NULL,
    "period_hours" SMALLINT NOT NULL,
    "bucket_at" TIMESTAMPTZ(3) NOT NULL,
    "checks" INTEGER NOT NULL,
    "failures" INTEGER NOT NULL,
    "inconclusive" INTEGER NOT NULL,
    "latency_sum_ms" DOUBLE PRECISION NOT NULL,
    "latency_min_ms" REAL,
    "latency_max_ms" REAL,
    "hist_buckets" SMALLINT[],
    "hist_counts" INTEGER[],

    CONSTRAINT "check_rollups_pkey" PRIMARY KEY ("monitor_id","period_hours","bucket_at")
);

-- CreateTable
CREATE TABLE "rollup_progress" (
    "period_hours" SMALLINT NOT NULL,
    "rolled_until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "rollup_progress_pkey" PRIMARY KEY ("period_hours")
);

-- CreateTable
CREATE TABLE "worker_processes" (
    "id" UUID NOT NULL,
    "host" TEXT NOT NULL,
    "pid" INTEGER NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "last_tick_at" TIMESTAMPTZ(3) NOT NULL,
    "lag_ms" INTEGER NOT NULL,

    CONSTRAINT "worker_processes_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "users_email_key" ON "users"("email");

-- CreateIndex
CREATE UNIQUE INDEX "workspaces_public_id_key" ON "workspaces"("public_id");

-- CreateIndex
CREATE INDEX "memberships_user_id_idx" ON "memberships"("user_id");

-- CreateIndex
CREATE INDEX "sessions_user_id_idx" ON "sessions"("user_id");

-- CreateIndex
CREATE INDEX "user_tokens_user_id_kind_idx" ON "user_tokens"("user_id", "kind");

-- CreateIndex
CREATE UNIQUE INDEX "api_keys_key_hash_key" ON "api_keys"("key_hash");

-- CreateIndex
CREATE INDEX "api_keys_workspace_id_created_at_idx" ON "api_keys"("workspace_id", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "monitors_public_id_key" ON "monitors"("public_id");

-- CreateIndex
CREATE INDEX "monitors_workspace_id_name_id_idx" ON "monitors"("workspace_id", "name", "id");

-- CreateIndex
CREATE INDEX "monitors_workspace_id_id_idx" ON "monitors"("workspace_id", "id");

-- CreateIndex
CREATE INDEX "monitors_tags_idx" ON "monitors" USING GIN ("tags");

-- CreateIndex
CREATE INDEX "monitor_states_shard_next_check_at_idx" ON "monitor_states"("shard", "next_check_at");

-- CreateIndex
CREATE INDEX "monitor_states_workspace_id_status_idx" ON "monitor_states"("workspace_id", "status");

-- CreateIndex
CREATE INDEX "incidents_workspace_id_started_at_id_idx" ON "incidents"("workspace_id", "started_at", "id");

-- CreateIndex
CREATE INDEX "incidents_monitor_id_started_at_idx" ON "incidents"("monitor_id", "started_at");

-- CreateIndex
CREATE INDEX "deliveries_monitor_id_recipient_kind_sent_at_idx" ON "deliveries"("monitor_id", "recipient", "kind", "sent_at");

-- CreateIndex
CREATE UNIQUE INDEX "deliveries_incident_id_kind_channel_recipient_key" ON "deliveries"("incident_id", "kind", "channel", "recipient");

-- AddForeignKey
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_tokens" ADD CONSTRAINT "user_tokens_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_created_by_id_fkey" FOREIGN KEY ("created_by_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "monitors" ADD CONSTRAINT "monitors_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "monitors" ADD CONSTRAINT "monitors_created_by_id_fkey" FOREIGN KEY ("created_by_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "monitor_states" ADD CONSTRAINT "monitor_states_monitor_id_fkey" FOREIGN KEY ("monitor_id") REFERENCES "monitors"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "incidents" ADD CONSTRAINT "incidents_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "incidents" ADD CONSTRAINT "incidents_monitor_id_fkey" FOREIGN KEY ("monitor_id") REFERENCES "monitors"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "transitions" ADD CONSTRAINT "transitions_monitor_id_fkey" FOREIGN KEY ("monitor_id") REFERENCES "monitors"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "transitions" ADD CONSTRAINT "transitions_incident_id_fkey" FOREIGN KEY ("incident_id") REFERENCES "incidents"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_incident_id_fkey" FOREIGN KEY ("incident_id") REFERENCES "incidents"("id") ON DELETE CASCADE ON UPDATE CASCADE;


-- CreateTable
CREATE TABLE "instance_counters" (
    "name" TEXT NOT NULL,
    "labels" TEXT NOT NULL,
    "value" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "instance_counters_pkey" PRIMARY KEY ("name","labels")
);

-- What Prisma cannot say ------------------------------------------------------------------------------------

-- Raw checks, one row each, in daily partitions (scheduled_at, UTC) that maintenance creates ahead and drops
-- whole. A check is one attempt for one due time: the primary key is what makes a repeated commit harmless.
-- Small numbers are those of packages/shared/src/check.ts; latencies are in ms.
CREATE TABLE "checks" (
    "scheduled_at" TIMESTAMPTZ(3) NOT NULL,
    "tls_expires_at" TIMESTAMPTZ(3),
    "monitor_id" INTEGER NOT NULL,
    "delay_ms" INTEGER NOT NULL,
    "dns_ms" REAL,
    "connect_ms" REAL,
    "tls_ms" REAL,
    "first_byte_ms" REAL,
    "total_ms" REAL NOT NULL,
    "kind" SMALLINT NOT NULL,
    "outcome" SMALLINT NOT NULL,
    "status" SMALLINT NOT NULL,
    "reason" SMALLINT,
    "http_status" SMALLINT,
    "resolved_address" INET,
    "detail" TEXT,
    CONSTRAINT "checks_pkey" PRIMARY KEY ("monitor_id", "scheduled_at")
) PARTITION BY RANGE ("scheduled_at");

-- The live bus on Postgres: batches of events, told by NOTIFY, read by number. Losing them in a crash is
-- harmless (every socket gets a fresh snapshot), so they skip the write-ahead log.
CREATE UNLOGGED TABLE "live_batches" (
    "last_seq" BIGINT NOT NULL,
    "prev_seq" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
    "payload" TEXT NOT NULL,
    CONSTRAINT "live_batches_pkey" PRIMARY KEY ("last_seq")
);

-- One row: the last number given. Its row lock puts publishers in a line, so numbers arrive in order.
CREATE TABLE "live_clock" (
    "id" SMALLINT NOT NULL DEFAULT 1,
    "last_seq" BIGINT NOT NULL DEFAULT 0,
    CONSTRAINT "live_clock_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "live_clock_one_row" CHECK ("id" = 1)
);
INSERT INTO "live_clock" DEFAULT VALUES;

-- Hot: two updates a check. Room on the page keeps the first of them off the indexes.
ALTER TABLE "monitor_states" SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);

-- A monitor is in at most one outage at a time.
CREATE UNIQUE INDEX "incidents_one_open_per_monitor" ON "incidents"("monitor_id") WHERE "ended_at" IS NULL;
CREATE INDEX "incidents_open" ON "incidents"("workspace_id") WHERE "ended_at" IS NULL;

-- The outbox's work to do, however long its history.
CREATE INDEX "transitions_unprocessed" ON "transitions"("id") WHERE "processed_at" IS NULL;
CREATE INDEX "transitions_unpublished" ON "transitions"("id") WHERE "published_at" IS NULL;
CREATE INDEX "deliveries_open" ON "deliveries"("due_at") WHERE "state" IN ('PENDING', 'SENDING');
