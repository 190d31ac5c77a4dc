DROP TABLE quality;
