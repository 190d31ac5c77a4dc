DROP TABLE assessor;
DROP TABLE evaluation;
DROP TABLE scheme;
