DROP INDEX one_live_amendment_filing;
DROP INDEX one_live_filing;
ALTER TABLE filing DROP COLUMN amendment;
CREATE UNIQUE INDEX one_live_filing ON filing (bid) WHERE state NOT IN ('withdrawn', 'objected');
DROP INDEX one_live_successor;
DROP INDEX one_live_licence;
ALTER TABLE licence DROP COLUMN reminded;
ALTER TABLE licence DROP COLUMN follows;
CREATE UNIQUE INDEX one_live_licence ON licence (scenario, owner) WHERE state IN ('drafted', 'signed', 'in_force', 'suspended');
