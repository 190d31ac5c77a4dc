CREATE TABLE report (
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
    year INTEGER NOT NULL,
    from_on DATE NOT NULL,
    to_on DATE NOT NULL,
    owed_on DATE,
    digest TEXT NOT NULL,
    submitted_at TIMESTAMP
);
CREATE UNIQUE INDEX one_report ON report (owner, kind, year);
