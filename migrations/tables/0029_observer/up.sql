CREATE TABLE observer (
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
    person TEXT NOT NULL REFERENCES person (id)
);
CREATE UNIQUE INDEX one_observer ON observer (owner) WHERE state = 'named';

CREATE TABLE opinion (
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
    unit TEXT NOT NULL REFERENCES org (id),
    topic TEXT NOT NULL
);
CREATE INDEX opinion_unit ON opinion (unit);
CREATE INDEX opinion_owner ON opinion (owner);
