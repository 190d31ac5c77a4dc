DROP TABLE inspection;
