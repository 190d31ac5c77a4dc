CREATE TABLE scheme (
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
    year INTEGER NOT NULL
);
CREATE UNIQUE INDEX one_adopted_scheme ON scheme (year) WHERE state = 'adopted';

CREATE TABLE evaluation (
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
    scheme TEXT NOT NULL REFERENCES scheme (id),
    year INTEGER NOT NULL,
    round INTEGER NOT NULL,
    total BIGINT,
    grade TEXT,
    published_at TIMESTAMP
);
CREATE UNIQUE INDEX one_evaluation_a_year ON evaluation (owner, year) WHERE state <> 'cancelled';

CREATE TABLE assessor (
    id TEXT PRIMARY KEY NOT NULL,
    evaluation TEXT NOT NULL REFERENCES evaluation (id),
    person TEXT NOT NULL REFERENCES person (id),
    round INTEGER NOT NULL,
    content TEXT NOT NULL,
    scored_at TIMESTAMP
);
CREATE UNIQUE INDEX one_score_each ON assessor (evaluation, person, round);
CREATE INDEX assessor_person ON assessor (person);
