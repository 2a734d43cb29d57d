-- The list of incidents: open ones first, then the latest. It also finds the open ones.
CREATE INDEX "incidents_workspace_id_open_started_at_id_idx" ON "incidents"("workspace_id", ("ended_at" IS NULL), "started_at", "id");
