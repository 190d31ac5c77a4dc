CREATE TABLE review (
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
    product TEXT NOT NULL REFERENCES product (id),
    version INTEGER NOT NULL,
    submitted_by TEXT REFERENCES person (id)
);
CREATE UNIQUE INDEX one_open_review ON review (product) WHERE state IN ('open', 'consolidating');
CREATE INDEX review_state ON review (state, due_on);

CREATE TABLE seat (
    id TEXT PRIMARY KEY NOT NULL,
    review TEXT NOT NULL REFERENCES review (id),
    reviewer TEXT NOT NULL REFERENCES person (id),
    claimed_at TIMESTAMP NOT NULL,
    voted_at TIMESTAMP,
    released_at TIMESTAMP
);
CREATE UNIQUE INDEX one_seat_each ON seat (review, reviewer) WHERE released_at IS NULL;
CREATE INDEX seat_reviewer ON seat (reviewer);

CREATE TABLE vote (
    id TEXT PRIMARY KEY NOT NULL,
    seat TEXT NOT NULL REFERENCES seat (id),
    review TEXT NOT NULL REFERENCES review (id),
    point TEXT NOT NULL,
    verdict TEXT NOT NULL,
    reason TEXT NOT NULL,
    evidence TEXT NOT NULL
);
CREATE UNIQUE INDEX one_vote_each ON vote (seat, point);
CREATE INDEX vote_review ON vote (review);
