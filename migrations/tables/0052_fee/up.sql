CREATE TABLE fee (
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
    survey TEXT REFERENCES survey (id),
    purpose TEXT NOT NULL,
    billing TEXT NOT NULL,
    trial BOOLEAN NOT NULL,
    cap BIGINT,
    actual BIGINT,
    effective_on DATE,
    CHECK (actual IS NULL OR cap IS NULL OR actual <= cap),
    CHECK (purpose <> 'public_good' OR (COALESCE(cap, 0) = 0 AND COALESCE(actual, 0) = 0))
);
CREATE INDEX fee_owner ON fee (owner, state);
CREATE INDEX fee_survey ON fee (survey);
