-- The lists by age.
CREATE INDEX "monitors_workspace_id_created_at_id_idx" ON "monitors"("workspace_id", "created_at", "id");
CREATE INDEX "devices_workspace_id_created_at_id_idx" ON "devices"("workspace_id", "created_at", "id");
CREATE INDEX "sensors_workspace_id_created_at_id_idx" ON "sensors"("workspace_id", "created_at", "id");

-- What Prisma cannot say: open incidents first, then the latest. It also finds the open ones.
CREATE INDEX "incidents_workspace_id_open_started_at_id_idx" ON "incidents"("workspace_id", ("ended_at" IS NULL), "started_at", "id");
