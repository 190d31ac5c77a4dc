CREATE TABLE posting (
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
    on_day DATE NOT NULL,
    amount BIGINT NOT NULL,
    product TEXT REFERENCES product (id),
    licence TEXT REFERENCES licence (id),
    agreement INTEGER,
    fee TEXT REFERENCES fee (id),
    quantity BIGINT,
    reverses TEXT UNIQUE REFERENCES posting (id),
    CHECK (amount > 0)
);
CREATE INDEX posting_owner ON posting (owner, on_day);
CREATE TABLE posting_line (
    id TEXT PRIMARY KEY NOT NULL,
    posting TEXT NOT NULL REFERENCES posting (id),
    number INTEGER NOT NULL,
    account TEXT NOT NULL,
    debit BIGINT NOT NULL,
    credit BIGINT NOT NULL,
    note TEXT NOT NULL,
    UNIQUE (posting, number),
    CHECK (debit >= 0 AND credit >= 0),
    CHECK ((debit = 0) <> (credit = 0))
);
CREATE INDEX posting_line_account ON posting_line (account);
