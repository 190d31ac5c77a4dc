DROP TABLE drill;
DROP TABLE operator_plan;
