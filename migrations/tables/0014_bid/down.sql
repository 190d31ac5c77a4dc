DROP TABLE objection;
DROP TABLE scoring;
DROP TABLE bid;
