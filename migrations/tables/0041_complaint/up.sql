CREATE TABLE complaint (
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
    matter TEXT NOT NULL,
    desk TEXT NOT NULL,
    code TEXT NOT NULL,
    open_answer BOOLEAN NOT NULL
);
CREATE INDEX complaint_state ON complaint (state, due_on);
CREATE INDEX complaint_desk ON complaint (desk);
