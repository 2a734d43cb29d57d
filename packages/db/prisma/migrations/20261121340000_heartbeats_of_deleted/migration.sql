-- A workspace's heartbeats are counted for as long as it is there: those of a device stay when it is deleted.
ALTER TABLE "workspaces" ADD COLUMN "heartbeats_of_deleted" BIGINT NOT NULL DEFAULT 0;
