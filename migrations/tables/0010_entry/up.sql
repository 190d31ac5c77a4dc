CREATE TABLE entry (
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
    code TEXT,
    domain TEXT NOT NULL,
    level TEXT NOT NULL,
    share TEXT NOT NULL,
    open TEXT NOT NULL,
    cycle TEXT NOT NULL,
    personal BOOLEAN NOT NULL
);
CREATE INDEX entry_state ON entry (state, domain);
CREATE INDEX entry_owner ON entry (owner);
CREATE UNIQUE INDEX one_entry_title ON entry (owner, title);
