DROP TABLE destruction;
