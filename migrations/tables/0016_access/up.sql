CREATE TABLE access (
    id TEXT PRIMARY KEY NOT NULL,
    licence TEXT NOT NULL REFERENCES licence (id),
    holder TEXT NOT NULL REFERENCES org (id),
    opened_at TIMESTAMP NOT NULL,
    until TIMESTAMP NOT NULL,
    closed_at TIMESTAMP,
    cause TEXT
);
CREATE UNIQUE INDEX one_open_access ON access (licence) WHERE closed_at IS NULL;
