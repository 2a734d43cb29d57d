-- Tests are dropped after a while, and looked for each minute.
CREATE INDEX "deliveries_tests_idx" ON "deliveries" ("created_at") WHERE "kind" = 'TEST';
