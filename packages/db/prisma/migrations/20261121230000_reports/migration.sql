-- The uptime of a month by mail, for members who ask for it.

-- AlterEnum
ALTER TYPE "delivery_kind" ADD VALUE 'MONTHLY_REPORT';

-- AlterTable
ALTER TABLE "memberships" ADD COLUMN     "monthly_report" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "deliveries" ADD COLUMN     "workspace_id" INTEGER,
ADD COLUMN     "month" DATE;

-- One of each month for each recipient, however often it is queued. Prisma cannot say this index.
CREATE UNIQUE INDEX "deliveries_monthly_reports" ON "deliveries"("workspace_id", "month", "recipient") WHERE "workspace_id" IS NOT NULL;

-- AddForeignKey
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;
