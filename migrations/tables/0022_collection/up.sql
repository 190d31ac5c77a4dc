CREATE TABLE collection (
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
    subject_key TEXT NOT NULL
);
CREATE INDEX collection_owner ON collection (owner);

CREATE TABLE collection_item (
    id TEXT PRIMARY KEY NOT NULL,
    collection TEXT NOT NULL REFERENCES collection (id),
    owner TEXT NOT NULL REFERENCES org (id),
    subject_key TEXT NOT NULL,
    item_key TEXT NOT NULL,
    name TEXT NOT NULL
);
CREATE UNIQUE INDEX one_collection_item ON collection_item (collection, item_key);
CREATE INDEX collection_item_key ON collection_item (subject_key, item_key);
