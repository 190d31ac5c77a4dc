CREATE TABLE sharing (
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
    provider TEXT NOT NULL REFERENCES org (id),
    entry TEXT NOT NULL REFERENCES entry (id),
    until DATE NOT NULL
);
CREATE INDEX sharing_owner ON sharing (owner);
CREATE INDEX sharing_provider ON sharing (provider);
CREATE INDEX sharing_entry ON sharing (entry);
CREATE UNIQUE INDEX one_live_sharing ON sharing (owner, entry) WHERE state IN ('asked', 'granted', 'disputed');
