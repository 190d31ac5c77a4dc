DROP TABLE opening_plan;
DROP TABLE opening;
