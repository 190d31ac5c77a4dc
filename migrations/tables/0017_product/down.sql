DROP TABLE product_version;
DROP TABLE product;
