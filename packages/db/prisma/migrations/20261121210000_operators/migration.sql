-- What operators of the instance see and set: last logins, quotas of workspaces, processes, and a system log.

-- AlterTable
ALTER TABLE "users" ADD COLUMN "last_login_at" TIMESTAMPTZ(3);
UPDATE "users" SET "last_login_at" = (SELECT max("created_at") FROM "sessions" WHERE "user_id" = "users"."id");

-- AlterTable
ALTER TABLE "workspaces"
    ADD COLUMN "max_monitors" INTEGER,
    ADD COLUMN "max_devices" INTEGER,
    ADD COLUMN "max_sensors" INTEGER,
    ADD COLUMN "max_members" INTEGER;

-- AlterTable
ALTER TABLE "api_processes" ADD COLUMN "host" TEXT NOT NULL DEFAULT '', ADD COLUMN "pid" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "system_log" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "level" TEXT NOT NULL,
    "process" TEXT NOT NULL,
    "host" TEXT NOT NULL,
    "pid" INTEGER NOT NULL,
    "message" TEXT NOT NULL,
    "fields" JSONB NOT NULL,

    CONSTRAINT "system_log_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "system_log_at_id_idx" ON "system_log"("at", "id");
