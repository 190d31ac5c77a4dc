CREATE TABLE registration (
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
    about TEXT NOT NULL,
    subject TEXT NOT NULL,
    previous TEXT REFERENCES registration (id),
    code TEXT,
    valid_from DATE,
    valid_to DATE,
    notice_until DATE
);
CREATE INDEX registration_owner ON registration (owner, state);
CREATE INDEX registration_subject ON registration (about, subject);
CREATE UNIQUE INDEX one_registration ON registration (about, subject) WHERE state = 'coded';
CREATE UNIQUE INDEX one_application ON registration (about, subject)
    WHERE state IN ('prepared', 'submitted', 'returned', 'accepted', 'reviewed', 'in_notice', 'recheck');
