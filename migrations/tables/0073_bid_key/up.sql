CREATE TABLE bid_key (
    announcement TEXT PRIMARY KEY NOT NULL REFERENCES announcement (id),
    kept TEXT NOT NULL,
    made_at TIMESTAMP NOT NULL
);
