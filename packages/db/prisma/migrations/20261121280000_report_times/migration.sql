-- A report is known by its device and by when the device says that it sent it. Where the history keeps it under another
-- time (its clock is ahead of ours), that stands beside it; null: "reported_at" is that time, or it told none.
ALTER TABLE "device_reports" ADD COLUMN "sent_at" TIMESTAMPTZ(3);
CREATE INDEX "device_reports_sent_at" ON "device_reports"("device_key", "sent_at") WHERE "sent_at" IS NOT NULL;
