-- Transactions that notify commit one after the other, each with a flush to disk of its own: 500 statements a second
-- would wait for each other. Of those that are under way at once, one rings; who leads looks again soon after
-- anything came, and so finds what the others brought.
CREATE OR REPLACE FUNCTION "queue_readings"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO reading_batches (reading_ids, first_at, last_at)
  SELECT array_agg(id ORDER BY at, id), min(at), max(at) FROM fresh HAVING count(*) > 0;
  -- LOCKS.readingsBell
  IF pg_try_advisory_xact_lock(7245008) THEN
    PERFORM pg_notify('pulsecheck_readings', '');
  END IF;
  RETURN NULL;
END $$;
