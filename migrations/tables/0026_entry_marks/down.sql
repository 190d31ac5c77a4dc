DROP INDEX entry_due;
DROP INDEX entry_open;
ALTER TABLE entry DROP COLUMN excluded_basis;
ALTER TABLE entry DROP COLUMN excluded;
ALTER TABLE entry DROP COLUMN consented_on;
ALTER TABLE entry DROP COLUMN shared_from;
