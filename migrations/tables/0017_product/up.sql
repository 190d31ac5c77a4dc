CREATE TABLE product (
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
    licence TEXT NOT NULL REFERENCES licence (id),
    scenario TEXT NOT NULL REFERENCES scenario (id),
    domain TEXT NOT NULL,
    form TEXT NOT NULL,
    purpose TEXT NOT NULL,
    version INTEGER NOT NULL,
    approved_version INTEGER,
    listed_at TIMESTAMP,
    words TEXT NOT NULL
);
CREATE INDEX product_owner ON product (owner);
CREATE INDEX product_state ON product (state);
CREATE INDEX product_licence ON product (licence);

CREATE TABLE product_version (
    id TEXT PRIMARY KEY NOT NULL,
    product TEXT NOT NULL REFERENCES product (id),
    number INTEGER NOT NULL,
    content TEXT NOT NULL,
    digest TEXT NOT NULL,
    made_by TEXT REFERENCES person (id),
    made_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX one_version_number ON product_version (product, number);
