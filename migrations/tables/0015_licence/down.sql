DROP TABLE plan;
DROP TABLE agreement;
DROP TABLE licence;
DROP TABLE filing;
