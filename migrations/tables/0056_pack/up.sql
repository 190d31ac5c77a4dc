CREATE TABLE pack (
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
    period TEXT NOT NULL,
    from_on DATE NOT NULL,
    to_on DATE NOT NULL,
    edition INTEGER NOT NULL,
    published_at TIMESTAMP,
    digest TEXT NOT NULL
);
CREATE UNIQUE INDEX one_pack_edition ON pack (owner, period, edition) WHERE state <> 'withdrawn';
CREATE UNIQUE INDEX one_pack_published ON pack (owner, period) WHERE state = 'published';
