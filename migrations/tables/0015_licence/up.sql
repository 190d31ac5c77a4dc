CREATE TABLE filing (
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
    announcement TEXT NOT NULL REFERENCES announcement (id),
    bid TEXT NOT NULL REFERENCES bid (id),
    scenario TEXT NOT NULL REFERENCES scenario (id),
    holder TEXT NOT NULL REFERENCES org (id)
);
CREATE UNIQUE INDEX one_live_filing ON filing (bid) WHERE state NOT IN ('withdrawn', 'objected');

CREATE TABLE licence (
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
    filing TEXT NOT NULL REFERENCES filing (id),
    from_on DATE NOT NULL,
    to_on DATE NOT NULL,
    in_force_at TIMESTAMP,
    ended_at TIMESTAMP,
    end_kind TEXT
);
CREATE UNIQUE INDEX one_live_licence ON licence (scenario, owner) WHERE state IN ('drafted', 'signed', 'in_force', 'suspended');
CREATE INDEX licence_owner ON licence (owner);
CREATE INDEX licence_state ON licence (state, to_on);

CREATE TABLE agreement (
    id TEXT PRIMARY KEY NOT NULL,
    licence TEXT NOT NULL REFERENCES licence (id),
    number INTEGER NOT NULL,
    body TEXT NOT NULL,
    digest TEXT NOT NULL,
    made_by TEXT REFERENCES person (id),
    made_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX one_agreement_number ON agreement (licence, number);

CREATE TABLE plan (
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
    licence TEXT NOT NULL REFERENCES licence (id)
);
CREATE INDEX plan_licence ON plan (licence);
