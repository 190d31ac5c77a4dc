CREATE TABLE leaf (
    idx BIGINT PRIMARY KEY NOT NULL,
    seq BIGINT NOT NULL UNIQUE,
    at TIMESTAMP NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    entry TEXT NOT NULL
);
CREATE INDEX leaf_subject ON leaf (subject);
CREATE INDEX leaf_kind ON leaf (kind);
-- Kept apart from the leaves, which are for ever: without its salt a commitment says nothing more.
CREATE TABLE leaf_salt (
    idx BIGINT PRIMARY KEY NOT NULL,
    salt TEXT NOT NULL
);
CREATE TABLE log_head (
    id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    origin TEXT NOT NULL,
    size BIGINT NOT NULL,
    root TEXT NOT NULL,
    published BIGINT NOT NULL,
    note TEXT NOT NULL,
    at TIMESTAMP NOT NULL
);
