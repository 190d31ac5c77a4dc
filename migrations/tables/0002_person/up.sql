CREATE TABLE person (
    id TEXT PRIMARY KEY NOT NULL,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    lang TEXT NOT NULL,
    password TEXT,
    totp TEXT,
    totp_step BIGINT NOT NULL,
    real_name TEXT,
    trained_on DATE,
    nda_until DATE,
    created_at TIMESTAMP NOT NULL,
    disabled_at TIMESTAMP
);
CREATE UNIQUE INDEX one_email ON person (email);

CREATE TABLE membership (
    id TEXT PRIMARY KEY NOT NULL,
    person TEXT NOT NULL REFERENCES person (id),
    org TEXT NOT NULL REFERENCES org (id),
    role TEXT NOT NULL,
    since TIMESTAMP NOT NULL,
    until TIMESTAMP
);
CREATE UNIQUE INDEX one_role_each ON membership (person, org, role) WHERE until IS NULL;
CREATE INDEX membership_org ON membership (org);
CREATE INDEX membership_role ON membership (role);

CREATE TABLE interest (
    id TEXT PRIMARY KEY NOT NULL,
    person TEXT NOT NULL REFERENCES person (id),
    org TEXT NOT NULL REFERENCES org (id),
    note TEXT NOT NULL,
    declared_at TIMESTAMP NOT NULL,
    withdrawn_at TIMESTAMP
);
CREATE UNIQUE INDEX one_interest_each ON interest (person, org) WHERE withdrawn_at IS NULL;
