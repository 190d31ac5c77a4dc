-- A licence that follows another: amended or renewed. One root licence lives per scenario and holder, and one successor per licence.
ALTER TABLE licence ADD COLUMN follows TEXT;
ALTER TABLE licence ADD COLUMN reminded INTEGER;
DROP INDEX one_live_licence;
CREATE UNIQUE INDEX one_live_licence ON licence (scenario, owner) WHERE follows IS NULL AND state IN ('drafted', 'signed', 'in_force', 'suspended');
CREATE UNIQUE INDEX one_live_successor ON licence (follows) WHERE state IN ('drafted', 'signed', 'in_force', 'suspended');
ALTER TABLE filing ADD COLUMN amendment TEXT;
DROP INDEX one_live_filing;
CREATE UNIQUE INDEX one_live_filing ON filing (bid) WHERE amendment IS NULL AND state NOT IN ('withdrawn', 'objected');
CREATE UNIQUE INDEX one_live_amendment_filing ON filing (amendment) WHERE state NOT IN ('withdrawn', 'objected');
