-- What differs on PostgreSQL: the log, agreements, versions, votes and lines of the ledger are never changed. Recreated at every upgrade.
CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
DROP TRIGGER IF EXISTS event_append_only ON event;
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION append_only();
DROP TRIGGER IF EXISTS event_no_truncate ON event;
CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON event FOR EACH STATEMENT EXECUTE FUNCTION append_only();
DROP TRIGGER IF EXISTS agreement_append_only ON agreement;
CREATE TRIGGER agreement_append_only BEFORE UPDATE OR DELETE ON agreement FOR EACH ROW EXECUTE FUNCTION append_only();
DROP TRIGGER IF EXISTS agreement_no_truncate ON agreement;
CREATE TRIGGER agreement_no_truncate BEFORE TRUNCATE ON agreement FOR EACH STATEMENT EXECUTE FUNCTION append_only();
DROP TRIGGER IF EXISTS product_version_append_only ON product_version;
CREATE TRIGGER product_version_append_only BEFORE UPDATE OR DELETE ON product_version FOR EACH ROW EXECUTE FUNCTION append_only();
DROP TRIGGER IF EXISTS product_version_no_truncate ON product_version;
CREATE TRIGGER product_version_no_truncate BEFORE TRUNCATE ON product_version FOR EACH STATEMENT EXECUTE FUNCTION append_only();
DROP TRIGGER IF EXISTS vote_append_only ON vote;
CREATE TRIGGER vote_append_only BEFORE UPDATE OR DELETE ON vote FOR EACH ROW EXECUTE FUNCTION append_only();
DROP TRIGGER IF EXISTS vote_no_truncate ON vote;
CREATE TRIGGER vote_no_truncate BEFORE TRUNCATE ON vote FOR EACH STATEMENT EXECUTE FUNCTION append_only();
-- An archived file outlives every wish to be rid of it; its end is an act of its own.
DROP TRIGGER IF EXISTS archive_no_delete ON archive;
CREATE TRIGGER archive_no_delete BEFORE DELETE ON archive FOR EACH ROW EXECUTE FUNCTION append_only();
DROP TRIGGER IF EXISTS destruction_no_delete ON destruction;
CREATE TRIGGER destruction_no_delete BEFORE DELETE ON destruction FOR EACH ROW EXECUTE FUNCTION append_only();
DROP TRIGGER IF EXISTS posting_line_append_only ON posting_line;
CREATE TRIGGER posting_line_append_only BEFORE UPDATE OR DELETE ON posting_line FOR EACH ROW EXECUTE FUNCTION append_only();
DROP TRIGGER IF EXISTS posting_line_no_truncate ON posting_line;
CREATE TRIGGER posting_line_no_truncate BEFORE TRUNCATE ON posting_line FOR EACH STATEMENT EXECUTE FUNCTION append_only();
-- A leaf of the public log outlives everything; its salt and its wording may be erased.
DROP TRIGGER IF EXISTS leaf_append_only ON leaf;
CREATE TRIGGER leaf_append_only BEFORE UPDATE OR DELETE ON leaf FOR EACH ROW EXECUTE FUNCTION append_only();
DROP TRIGGER IF EXISTS leaf_wording_no_update ON leaf_wording;
CREATE TRIGGER leaf_wording_no_update BEFORE UPDATE ON leaf_wording FOR EACH ROW EXECUTE FUNCTION append_only();
DROP TRIGGER IF EXISTS leaf_no_truncate ON leaf;
CREATE TRIGGER leaf_no_truncate BEFORE TRUNCATE ON leaf FOR EACH STATEMENT EXECUTE FUNCTION append_only();
