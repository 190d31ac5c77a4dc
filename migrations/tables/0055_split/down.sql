DROP TABLE split;
