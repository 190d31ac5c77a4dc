DROP TABLE link;
DROP TABLE token;
DROP TABLE session;
