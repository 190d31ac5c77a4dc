DROP TABLE pricing;
