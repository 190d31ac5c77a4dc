DROP TABLE amendment;
