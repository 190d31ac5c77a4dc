CREATE TABLE opening (
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
    entry TEXT NOT NULL REFERENCES entry (id)
);
CREATE INDEX opening_unit ON opening (unit);
CREATE INDEX opening_entry ON opening (entry);

CREATE TABLE opening_plan (
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
    year INTEGER NOT NULL
);
CREATE UNIQUE INDEX one_opening_plan ON opening_plan (owner, year);
