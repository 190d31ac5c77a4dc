CREATE TABLE announcement (
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
    scenario TEXT NOT NULL REFERENCES scenario (id),
    method TEXT NOT NULL,
    published_at TIMESTAMP,
    deadline TIMESTAMP,
    opening TIMESTAMP,
    objection_until DATE
);
CREATE INDEX announcement_state ON announcement (state);
CREATE INDEX announcement_scenario ON announcement (scenario);

CREATE TABLE question (
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
    announcement TEXT NOT NULL REFERENCES announcement (id)
);
CREATE INDEX question_announcement ON question (announcement);
