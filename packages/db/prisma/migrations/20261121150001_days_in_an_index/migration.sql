-- A glance reads the counts of up to 50 monitors over 90 days. Their rows lie on as many pages, a day apart each;
-- here the counts of one monitor lie side by side.
CREATE INDEX "check_rollups_days" ON "check_rollups"("monitor_id", "bucket_at") INCLUDE ("checks", "failures", "inconclusive") WHERE "period_hours" = 24;
