DROP TABLE clearance;
