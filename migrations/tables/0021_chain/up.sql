CREATE TABLE node (
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
    parent TEXT REFERENCES node (id),
    code TEXT
);
CREATE INDEX node_owner ON node (owner, kind);
CREATE INDEX node_parent ON node (parent);
CREATE UNIQUE INDEX one_node_title ON node (owner, kind, title) WHERE state <> 'retired';

CREATE TABLE chain_link (
    id TEXT PRIMARY KEY NOT NULL,
    entry TEXT NOT NULL REFERENCES entry (id),
    node TEXT NOT NULL REFERENCES node (id),
    made_by TEXT REFERENCES person (id),
    made_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX one_chain_link ON chain_link (entry, node);
CREATE INDEX chain_link_node ON chain_link (node);
