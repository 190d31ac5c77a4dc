DROP TABLE collection_item;
DROP TABLE collection;
