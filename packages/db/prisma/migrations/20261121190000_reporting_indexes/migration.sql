-- Sensors of which something may change without a reading: each second they are looked for, and mostly there are none.
CREATE INDEX "sensor_states_unsettled_idx" ON "sensor_states"("sensor_key")
WHERE ("breach" IS NOT NULL AND "threshold_incident_id" IS NULL) OR ("breach" IS NULL AND "threshold_incident_id" IS NOT NULL)
  OR "anomaly_incident_id" IS NOT NULL;
