-- What a leaf's commitments stand for goes with the salt: shown with it, erased with it.
ALTER TABLE leaf_salt ADD COLUMN texts TEXT NOT NULL DEFAULT '{}';
