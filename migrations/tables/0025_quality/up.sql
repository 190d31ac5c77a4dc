CREATE TABLE quality (
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
    entry TEXT NOT NULL REFERENCES entry (id),
    source TEXT NOT NULL REFERENCES org (id),
    unit TEXT NOT NULL REFERENCES org (id),
    kind TEXT NOT NULL
);
CREATE INDEX quality_unit ON quality (unit);
CREATE INDEX quality_entry ON quality (entry);
CREATE INDEX quality_owner ON quality (owner);
