DROP TABLE termination;
