CREATE TABLE incident (
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
    severity TEXT NOT NULL,
    licence TEXT REFERENCES licence (id),
    reporter TEXT REFERENCES org (id),
    discovered_at TIMESTAMP NOT NULL,
    report_by TIMESTAMP NOT NULL,
    upward_by TIMESTAMP NOT NULL,
    upward_at TIMESTAMP
);
CREATE INDEX incident_owner ON incident (owner);
CREATE INDEX incident_state ON incident (state);
