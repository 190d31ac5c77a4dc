CREATE TABLE file (
    id TEXT PRIMARY KEY NOT NULL,
    owner TEXT REFERENCES org (id),
    uploader TEXT REFERENCES person (id),
    noun TEXT,
    subject TEXT,
    name TEXT NOT NULL,
    media TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    public BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX file_subject ON file (noun, subject);
