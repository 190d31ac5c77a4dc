DROP TABLE opinion;
DROP TABLE observer;
