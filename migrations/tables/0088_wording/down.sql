DROP TABLE leaf_wording;
