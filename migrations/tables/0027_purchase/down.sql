DROP TABLE purchase;
