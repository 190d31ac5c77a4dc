CREATE TABLE bid (
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
    announcement TEXT NOT NULL REFERENCES announcement (id),
    scenario TEXT NOT NULL REFERENCES scenario (id),
    opening TIMESTAMP NOT NULL,
    submitted_at TIMESTAMP,
    admitted BOOLEAN,
    total BIGINT,
    rank INTEGER
);
CREATE UNIQUE INDEX one_live_bid ON bid (announcement, owner) WHERE state NOT IN ('withdrawn', 'not_admitted', 'lost', 'void');
CREATE INDEX bid_owner ON bid (owner);

CREATE TABLE scoring (
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
    announcement TEXT NOT NULL REFERENCES announcement (id),
    expert TEXT NOT NULL REFERENCES person (id)
);
CREATE UNIQUE INDEX one_scoring_each ON scoring (announcement, expert);
CREATE INDEX scoring_expert ON scoring (expert);

CREATE TABLE objection (
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
    noun TEXT NOT NULL,
    subject TEXT NOT NULL
);
CREATE INDEX objection_subject ON objection (noun, subject);
