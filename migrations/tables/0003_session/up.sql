CREATE TABLE session (
    id TEXT PRIMARY KEY NOT NULL,
    person TEXT NOT NULL REFERENCES person (id),
    org TEXT REFERENCES org (id),
    second_factor BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL,
    seen_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    confirmed_at TIMESTAMP NOT NULL,
    agent TEXT NOT NULL,
    address TEXT NOT NULL,
    revoked_at TIMESTAMP
);
CREATE INDEX session_person ON session (person);

CREATE TABLE token (
    id TEXT PRIMARY KEY NOT NULL,
    hash TEXT NOT NULL,
    prefix TEXT NOT NULL,
    name TEXT NOT NULL,
    person TEXT NOT NULL REFERENCES person (id),
    org TEXT NOT NULL REFERENCES org (id),
    scopes TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    used_at TIMESTAMP,
    revoked_at TIMESTAMP
);
CREATE UNIQUE INDEX one_token_hash ON token (hash);
CREATE INDEX token_person ON token (person);

CREATE TABLE link (
    id TEXT PRIMARY KEY NOT NULL,
    hash TEXT NOT NULL,
    kind TEXT NOT NULL,
    email TEXT NOT NULL,
    person TEXT REFERENCES person (id),
    org TEXT REFERENCES org (id),
    roles TEXT NOT NULL,
    made_by TEXT REFERENCES person (id),
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    used_at TIMESTAMP
);
CREATE UNIQUE INDEX one_link_hash ON link (hash);
