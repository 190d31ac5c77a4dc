CREATE TABLE once (
    key TEXT PRIMARY KEY NOT NULL,
    person TEXT,
    route TEXT NOT NULL,
    digest TEXT NOT NULL,
    answer TEXT NOT NULL,
    at TIMESTAMP NOT NULL
);
CREATE INDEX once_at ON once (at);

CREATE TABLE counter (
    name TEXT PRIMARY KEY NOT NULL,
    value BIGINT NOT NULL
);

CREATE TABLE job (
    name TEXT PRIMARY KEY NOT NULL,
    last_on DATE NOT NULL,
    ran_at TIMESTAMP NOT NULL
);
