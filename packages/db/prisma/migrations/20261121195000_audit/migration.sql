-- Every change of a workspace (and, without one, of the instance) is written down: by whom, from where, on what.
ALTER TABLE "audit_entries"
    ADD COLUMN "address" TEXT,
    ADD COLUMN "subject_type" TEXT,
    ADD COLUMN "subject_id" TEXT,
    ADD COLUMN "subject_name" TEXT NOT NULL DEFAULT '',
    ADD COLUMN "subject_key" INTEGER,
    ALTER COLUMN "workspace_id" DROP NOT NULL;

-- Until now only corrected readings were written down, under "sensor" and the sensor's inner key.
UPDATE "audit_entries" SET "subject_type" = 'reading', "subject_id" = coalesce("before"->>'id', ''),
    "subject_key" = split_part("subject", ' ', 2)::int;

DROP INDEX "audit_entries_workspace_id_subject_id_idx";
ALTER TABLE "audit_entries"
    ALTER COLUMN "subject_type" SET NOT NULL,
    ALTER COLUMN "subject_id" SET NOT NULL,
    ALTER COLUMN "subject_name" DROP DEFAULT,
    DROP COLUMN "subject";

CREATE INDEX "audit_entries_workspace_id_id_idx" ON "audit_entries"("workspace_id", "id");
CREATE INDEX "audit_entries_workspace_id_subject_type_subject_id_id_idx" ON "audit_entries"("workspace_id", "subject_type", "subject_id", "id");

-- Append-only, whoever asks: only the end of a whole workspace (a cascade, inside another trigger) takes its log along.
CREATE FUNCTION "refuse_audit_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit_entries are append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER "audit_entries_append_only" BEFORE UPDATE OR DELETE ON "audit_entries"
    FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION "refuse_audit_change"();
