CREATE TABLE termination (
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
    kind TEXT NOT NULL,
    heard_until DATE,
    ends_on DATE,
    rectification TEXT REFERENCES rectification (id)
);
CREATE UNIQUE INDEX one_open_termination ON termination (licence) WHERE state IN ('proposed', 'heard', 'noticed');
CREATE INDEX termination_owner ON termination (owner);
