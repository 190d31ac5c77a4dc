DROP TABLE bid_key;
