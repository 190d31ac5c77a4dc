DROP TABLE posting_line;
DROP TABLE posting;
