-- TRUNCATE fires no trigger of rows: append-only holds for it as well, also where it comes from a table that is referred to.
CREATE TRIGGER "audit_entries_never_truncated" BEFORE TRUNCATE ON "audit_entries"
    FOR EACH STATEMENT EXECUTE FUNCTION "refuse_audit_change"();
