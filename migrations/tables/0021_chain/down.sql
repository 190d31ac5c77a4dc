DROP TABLE chain_link;
DROP TABLE node;
