DROP TABLE log_head;
DROP TABLE leaf_salt;
DROP TABLE leaf;
