-- What differs on SQLite: the log, agreements, versions, votes and lines of the ledger are never changed. Recreated at every upgrade.
DROP TRIGGER IF EXISTS event_no_update;
CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'event is append-only'); END;
DROP TRIGGER IF EXISTS event_no_delete;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'event is append-only'); END;
DROP TRIGGER IF EXISTS agreement_no_update;
CREATE TRIGGER agreement_no_update BEFORE UPDATE ON agreement BEGIN SELECT RAISE(ABORT, 'agreement is append-only'); END;
DROP TRIGGER IF EXISTS agreement_no_delete;
CREATE TRIGGER agreement_no_delete BEFORE DELETE ON agreement BEGIN SELECT RAISE(ABORT, 'agreement is append-only'); END;
DROP TRIGGER IF EXISTS product_version_no_update;
CREATE TRIGGER product_version_no_update BEFORE UPDATE ON product_version BEGIN SELECT RAISE(ABORT, 'product_version is append-only'); END;
DROP TRIGGER IF EXISTS product_version_no_delete;
CREATE TRIGGER product_version_no_delete BEFORE DELETE ON product_version BEGIN SELECT RAISE(ABORT, 'product_version is append-only'); END;
DROP TRIGGER IF EXISTS vote_no_update;
CREATE TRIGGER vote_no_update BEFORE UPDATE ON vote BEGIN SELECT RAISE(ABORT, 'vote is append-only'); END;
DROP TRIGGER IF EXISTS vote_no_delete;
CREATE TRIGGER vote_no_delete BEFORE DELETE ON vote BEGIN SELECT RAISE(ABORT, 'vote is append-only'); END;
-- An archived file outlives every wish to be rid of it; its end is an act of its own.
DROP TRIGGER IF EXISTS archive_no_delete;
CREATE TRIGGER archive_no_delete BEFORE DELETE ON archive BEGIN SELECT RAISE(ABORT, 'archive is kept'); END;
DROP TRIGGER IF EXISTS destruction_no_delete;
CREATE TRIGGER destruction_no_delete BEFORE DELETE ON destruction BEGIN SELECT RAISE(ABORT, 'destruction is kept'); END;
DROP TRIGGER IF EXISTS posting_line_no_update;
CREATE TRIGGER posting_line_no_update BEFORE UPDATE ON posting_line BEGIN SELECT RAISE(ABORT, 'posting_line is append-only'); END;
DROP TRIGGER IF EXISTS posting_line_no_delete;
CREATE TRIGGER posting_line_no_delete BEFORE DELETE ON posting_line BEGIN SELECT RAISE(ABORT, 'posting_line is append-only'); END;
-- A leaf of the public log outlives everything; its salt and its wording may be erased.
DROP TRIGGER IF EXISTS leaf_no_update;
CREATE TRIGGER leaf_no_update BEFORE UPDATE ON leaf BEGIN SELECT RAISE(ABORT, 'leaf is append-only'); END;
DROP TRIGGER IF EXISTS leaf_wording_no_update;
CREATE TRIGGER leaf_wording_no_update BEFORE UPDATE ON leaf_wording BEGIN SELECT RAISE(ABORT, 'leaf_wording is never changed'); END;
DROP TRIGGER IF EXISTS leaf_no_delete;
CREATE TRIGGER leaf_no_delete BEFORE DELETE ON leaf BEGIN SELECT RAISE(ABORT, 'leaf is append-only'); END;
