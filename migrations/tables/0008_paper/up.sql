CREATE TABLE paper (
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
    kind TEXT NOT NULL,
    issued_on DATE,
    expires_on DATE,
    file TEXT NOT NULL REFERENCES file (id)
);
CREATE INDEX paper_owner ON paper (owner);
