CREATE TABLE brake (
    key TEXT PRIMARY KEY NOT NULL,
    attempts BIGINT NOT NULL,
    last_at TIMESTAMP NOT NULL,
    until_at TIMESTAMP NOT NULL
);
CREATE INDEX brake_last_at ON brake (last_at);
