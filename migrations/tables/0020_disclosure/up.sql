CREATE TABLE disclosure (
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
    period TEXT NOT NULL,
    from_on DATE NOT NULL,
    to_on DATE NOT NULL,
    edition INTEGER NOT NULL,
    published_at TIMESTAMP,
    digest TEXT NOT NULL
);
CREATE UNIQUE INDEX one_edition ON disclosure (owner, kind, period, edition);
CREATE UNIQUE INDEX one_published ON disclosure (owner, kind, period) WHERE state = 'published';
