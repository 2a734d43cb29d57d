-- Who gets a workspace's alerts, and how often. See docs/adr/0022.

-- CreateEnum
CREATE TYPE "alert_audience" AS ENUM ('creator', 'members', 'addresses_only');

-- AlterEnum
ALTER TYPE "delivery_kind" ADD VALUE 'VERIFY_ALERT_ADDRESS';

-- AlterTable
ALTER TABLE "workspaces" ADD COLUMN     "alert_audience" "alert_audience" NOT NULL DEFAULT 'creator',
ADD COLUMN     "debounce_minutes" INTEGER;

-- AlterTable
ALTER TABLE "deliveries" ADD COLUMN     "alert_address_id" UUID;

-- CreateTable
CREATE TABLE "alert_addresses" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "workspace_id" INTEGER NOT NULL,
    "email" TEXT NOT NULL,
    "verified_at" TIMESTAMPTZ(3),
    "token_id" UUID,
    "token_expires_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "alert_addresses_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "alert_addresses_token_id_key" ON "alert_addresses"("token_id");

-- CreateIndex
CREATE UNIQUE INDEX "alert_addresses_workspace_id_email_key" ON "alert_addresses"("workspace_id", "email");

-- AddForeignKey
ALTER TABLE "alert_addresses" ADD CONSTRAINT "alert_addresses_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma cannot say ------------------------------------------------------------------------------------

-- An UP is not fanned out before its DOWN: this is where it looks.
CREATE INDEX "transitions_unprocessed_downs" ON "transitions"("incident_id") WHERE "processed_at" IS NULL AND "kind" = 'DOWN';
