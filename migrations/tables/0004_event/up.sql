CREATE TABLE event (
    seq BIGINT PRIMARY KEY NOT NULL,
    at TIMESTAMP NOT NULL,
    noun TEXT NOT NULL,
    subject TEXT NOT NULL,
    title TEXT NOT NULL,
    act TEXT NOT NULL,
    from_state TEXT,
    to_state TEXT NOT NULL,
    actor TEXT,
    actor_name TEXT NOT NULL,
    role TEXT NOT NULL,
    org TEXT,
    org_name TEXT NOT NULL,
    owner TEXT,
    reason TEXT,
    detail TEXT NOT NULL,
    digest TEXT NOT NULL,
    article TEXT NOT NULL,
    profile TEXT NOT NULL,
    sealed_until TIMESTAMP,
    prev TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX event_subject ON event (noun, subject);
CREATE INDEX event_owner ON event (owner);
