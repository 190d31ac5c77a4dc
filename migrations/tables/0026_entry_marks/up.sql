ALTER TABLE entry ADD COLUMN shared_from TEXT REFERENCES org (id);
ALTER TABLE entry ADD COLUMN consented_on DATE;
ALTER TABLE entry ADD COLUMN excluded TEXT;
ALTER TABLE entry ADD COLUMN excluded_basis TEXT;
CREATE INDEX entry_open ON entry (open, state);
CREATE INDEX entry_due ON entry (due_on);
