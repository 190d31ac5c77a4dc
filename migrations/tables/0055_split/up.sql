CREATE TABLE split (
    id TEXT PRIMARY KEY NOT NULL,
    serial TEXT UNIQUE,
    title TEXT NOT NULL,
    state TEXT NOT NULL,
    owner TEXT REFERENCES org (id),
    clock TEXT,
    due_on DATE,
    profile TEXT NOT NULL,
    content TEXT NOT NULL,
    created_by TEXT REFERENCES person (id),
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    licence TEXT NOT NULL REFERENCES licence (id),
    agreement INTEGER NOT NULL
);
CREATE INDEX split_owner ON split (owner);
CREATE UNIQUE INDEX one_split ON split (licence) WHERE state = 'agreed';
