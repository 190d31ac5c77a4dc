CREATE TABLE destruction (
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
    licence TEXT NOT NULL REFERENCES licence (id),
    hold_until DATE NOT NULL,
    certified_at TIMESTAMP,
    digest TEXT
);
CREATE UNIQUE INDEX one_destruction ON destruction (licence);
CREATE INDEX destruction_due ON destruction (state, due_on);
