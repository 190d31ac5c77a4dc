DROP TABLE interest;
DROP TABLE membership;
DROP TABLE person;
