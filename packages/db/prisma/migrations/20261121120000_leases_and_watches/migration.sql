-- A claim moves next_check_at on to the next regular due time at once, and its lease stands beside it: the commit
-- leaves every indexed column as it is, and a dead worker's claims can be found.
ALTER TABLE "monitor_states" ADD COLUMN "leased_until" TIMESTAMPTZ(3), ADD COLUMN "claimed_by" UUID;
-- Until now next_check_at was the lease's end while a check was under way: those checks are due again.
UPDATE "monitor_states" SET "next_check_at" = "scheduled_at", "scheduled_at" = NULL, "fence" = "fence" + 1
WHERE "scheduled_at" IS NOT NULL AND "next_check_at" IS NOT NULL;
UPDATE "monitor_states" SET "scheduled_at" = NULL, "fence" = "fence" + 1 WHERE "scheduled_at" IS NOT NULL;

-- Monitors whose every check is told to the live bus.
CREATE TABLE "monitor_watches" (
    "monitor_id" INTEGER NOT NULL,
    "watched_until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "monitor_watches_pkey" PRIMARY KEY ("monitor_id")
);
ALTER TABLE "monitor_watches" ADD CONSTRAINT "monitor_watches_monitor_id_fkey" FOREIGN KEY ("monitor_id") REFERENCES "monitors"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- A worker whose own network is gone says so.
ALTER TABLE "worker_processes" ADD COLUMN "has_network" BOOLEAN NOT NULL DEFAULT true;
