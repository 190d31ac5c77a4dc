CREATE TABLE deadline (
    id TEXT PRIMARY KEY NOT NULL,
    noun TEXT NOT NULL,
    subject TEXT NOT NULL,
    serial TEXT,
    title TEXT NOT NULL,
    stands TEXT NOT NULL,
    waits_for TEXT REFERENCES org (id),
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    started_on DATE NOT NULL,
    due_on DATE,
    length INTEGER NOT NULL,
    unit TEXT NOT NULL,
    extended INTEGER NOT NULL,
    silence TEXT NOT NULL,
    calendar TEXT NOT NULL,
    profile TEXT NOT NULL,
    profile_digest TEXT NOT NULL,
    pauses TEXT NOT NULL,
    paused_on DATE,
    ended_on DATE,
    reminded_on DATE,
    escalated_on DATE
);
CREATE UNIQUE INDEX one_running_deadline ON deadline (noun, subject) WHERE state = 'running';
CREATE INDEX deadline_due ON deadline (noun, state, due_on);
CREATE INDEX deadline_waits_for ON deadline (waits_for, state, due_on);
CREATE INDEX deadline_subject ON deadline (subject);
