CREATE TABLE letter (
    id TEXT PRIMARY KEY NOT NULL,
    person TEXT REFERENCES person (id),
    address TEXT NOT NULL,
    lang TEXT NOT NULL,
    kind TEXT NOT NULL,
    event BIGINT,
    args TEXT NOT NULL,
    state TEXT NOT NULL,
    tries INTEGER NOT NULL,
    next_at TIMESTAMP NOT NULL,
    sent_at TIMESTAMP,
    error TEXT,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX letter_waiting ON letter (next_at) WHERE state = 'waiting';
CREATE INDEX letter_person ON letter (person);
