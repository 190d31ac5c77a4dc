-- What was published with an act, word for word; the leaf holds its digest. Apart from the leaves, so that a name in it can be erased.
CREATE TABLE leaf_wording (
    idx BIGINT PRIMARY KEY NOT NULL,
    wording TEXT NOT NULL
);
