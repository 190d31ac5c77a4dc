DROP TABLE backflow;
