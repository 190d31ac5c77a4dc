DROP TABLE question;
DROP TABLE announcement;
