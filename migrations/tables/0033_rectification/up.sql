CREATE TABLE rectification (
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
    closes TEXT NOT NULL,
    ordered_as TEXT NOT NULL
);
CREATE INDEX rectification_licence ON rectification (licence, state);
CREATE INDEX rectification_due ON rectification (state, due_on);
