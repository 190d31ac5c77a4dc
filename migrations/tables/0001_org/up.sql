CREATE TABLE org (
    id TEXT PRIMARY KEY NOT NULL,
    serial TEXT UNIQUE,
    title TEXT NOT NULL,
    state TEXT NOT NULL,
    owner TEXT,
    clock TEXT,
    due_on DATE,
    profile TEXT NOT NULL,
    content TEXT NOT NULL,
    created_by TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    kind TEXT NOT NULL,
    credit_code TEXT,
    name_key TEXT NOT NULL,
    affiliate BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX one_org_name ON org (name_key);
CREATE UNIQUE INDEX one_credit_code ON org (credit_code);
CREATE INDEX org_kind ON org (kind, state);
