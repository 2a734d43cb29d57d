-- Alerts by more than mail, and several in one message. See docs/adr/0029.

-- CreateTable
CREATE TABLE "alert_channels" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "workspace_id" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "config" BYTEA NOT NULL,
    "outline" JSONB NOT NULL,
    "tags" TEXT[],
    "severities" "incident_kind"[],
    "is_active" BOOLEAN NOT NULL DEFAULT true,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_state" "delivery_state",
    "last_at" TIMESTAMPTZ(3),
    "last_error" TEXT,

    CONSTRAINT "alert_channels_pkey" PRIMARY KEY ("id")
);

-- AlterTable
ALTER TABLE "deliveries" ADD COLUMN     "channel_id" UUID,
ADD COLUMN     "is_gathered" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "digest_id" UUID;

-- CreateIndex
CREATE INDEX "alert_channels_workspace_id_created_at_idx" ON "alert_channels"("workspace_id", "created_at");

-- CreateIndex
CREATE INDEX "deliveries_channel_id_created_at_idx" ON "deliveries"("channel_id", "created_at");

-- CreateIndex
CREATE INDEX "deliveries_recipient_kind_sent_at_idx" ON "deliveries"("recipient", "kind", "sent_at");

-- AddForeignKey
ALTER TABLE "alert_channels" ADD CONSTRAINT "alert_channels_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "alert_channels"("id") ON DELETE SET NULL ON UPDATE CASCADE;
