ALTER TABLE leaf_salt DROP COLUMN texts;
