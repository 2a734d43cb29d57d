-- The bell is rung at the end of a transaction: one that stays open holds it from nobody. Of those that end at once, one
-- rings, as a flush to disk each would make them wait for each other.
CREATE OR REPLACE FUNCTION "queue_readings"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO reading_batches (reading_ids, first_at, last_at)
  SELECT array_agg(id ORDER BY at, id), min(at), max(at) FROM fresh HAVING count(*) > 0;
  RETURN NULL;
END $$;

CREATE FUNCTION "ring_for_readings"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- LOCKS.readingsBell
  IF pg_try_advisory_xact_lock(7245008) THEN
    PERFORM pg_notify('pulsecheck_readings', '');
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER "reading_batches_ring" AFTER INSERT ON "reading_batches" DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION "ring_for_readings"();

-- As the API has it: a time a little ahead counts as now, and the unit of a sensor is its own. A transaction may be older
-- than the times it brings, so it is judged by the clock.
CREATE OR REPLACE FUNCTION "insert_sensor_reading"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  keys INTEGER[];
  home INTEGER;
  owner UUID;
  told TEXT := btrim(NEW.unit);
  usual TEXT;
BEGIN
  IF NEW.sensor_id IS NULL OR NEW.sensor_id !~ '^[A-Za-z0-9._:-]{1,128}$' THEN
    RAISE EXCEPTION 'sensor_id: must be 1 to 128 of A-Z a-z 0-9 . _ : -' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.value IS NULL OR NEW.value IN ('NaN', 'Infinity', '-Infinity') THEN
    RAISE EXCEPTION 'value: must be a finite number' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.metadata IS NOT NULL AND (jsonb_typeof(NEW.metadata) <> 'object' OR octet_length(NEW.metadata::text) > 16384) THEN
    RAISE EXCEPTION 'metadata: must be a JSON object of at most 16384 bytes' USING ERRCODE = 'check_violation';
  END IF;
  IF char_length(told) NOT BETWEEN 1 AND 32 THEN
    RAISE EXCEPTION 'unit: must be 1 to 32 characters' USING ERRCODE = 'check_violation';
  END IF;
  NEW."timestamp" := coalesce(NEW."timestamp", now());
  IF NEW."timestamp" > clock_timestamp() + interval '1 minute' OR NEW."timestamp" < clock_timestamp() - interval '7 days' THEN
    RAISE EXCEPTION 'timestamp: must be within the last 7 days, and not in the future' USING ERRCODE = 'check_violation';
  END IF;
  NEW."timestamp" := least(NEW."timestamp", clock_timestamp());
  SELECT array_agg(s.id), min(s.unit) INTO keys, usual FROM sensors s JOIN workspaces w ON w.id = s.workspace_id
  WHERE s.sensor_id = NEW.sensor_id AND (NEW.workspace IS NULL OR w.public_id = NEW.workspace);
  IF cardinality(keys) > 1 THEN
    RAISE EXCEPTION 'sensor_id: "%" is a sensor of several workspaces; name one in the column workspace', NEW.sensor_id
      USING ERRCODE = 'cardinality_violation';
  END IF;
  IF keys IS NULL THEN
    IF NEW.workspace IS NULL THEN
      SELECT sensor_workspace_id INTO home FROM instance_settings;
    ELSE
      SELECT id INTO home FROM workspaces WHERE public_id = NEW.workspace;
    END IF;
    SELECT user_id INTO owner FROM memberships WHERE workspace_id = home AND role = 'ADMIN' ORDER BY created_at LIMIT 1;
    IF owner IS NULL THEN
      RAISE EXCEPTION 'sensor_id: there is no sensor "%" here; create it first, name its workspace in the column workspace, or set SENSOR_WORKSPACE for sensors that nobody knows', NEW.sensor_id
        USING ERRCODE = 'foreign_key_violation';
    END IF;
    INSERT INTO sensors (workspace_id, sensor_id, created_by_id, name, unit, tags)
    VALUES (home, NEW.sensor_id, owner, NEW.sensor_id, left(coalesce(told, btrim(NEW.metadata ->> 'unit'), ''), 32), '{}')
    ON CONFLICT (workspace_id, sensor_id) DO UPDATE SET sensor_id = excluded.sensor_id RETURNING ARRAY[id], unit INTO keys, usual;
    INSERT INTO sensor_states (sensor_key, workspace_id) VALUES (keys[1], home) ON CONFLICT DO NOTHING;
  END IF;
  IF told <> usual THEN
    UPDATE sensors SET unit = told WHERE id = keys[1] AND unit IN ('', told);
    IF NOT FOUND THEN
      RAISE EXCEPTION 'unit: must be %: this sensor has its unit already', usual USING ERRCODE = 'check_violation';
    END IF;
  END IF;
  INSERT INTO readings (at, value, sensor_key, metadata) VALUES (NEW."timestamp", NEW.value, keys[1], NEW.metadata)
  RETURNING id INTO NEW.id;
  RETURN NEW;
END $$;
