-- What WITH says of a table in a lake is checked before anything is made.
CREATE TABLE t (v VECTOR(2)) USING iceberg WITH (location = '/nowhere/t', precision = 'bf16');
----
error 22023 at 1:87: "bf16" is no precision of an index
hint: the precisions are f32, f16 and i8

CREATE TABLE t (v VECTOR(2)) USING iceberg WITH (location = '/nowhere/t', precision = 16);
----
error 22023 at 1:87: option "precision" takes a string

CREATE TABLE t (v VECTOR(2)) USING iceberg WITH (location = '/nowhere/t', precisionn = 'f16');
----
error 22023 at 1:75: a table USING iceberg has no option "precisionn"
hint: did you mean "precision"?

CREATE TABLE t (v VECTOR(2)) USING iceberg WITH (location = '/nowhere/t', precision = 'f16', precision = 'f16');
----
error 42601 at 1:94: option "precision" is given twice

CREATE TABLE t (v VECTOR(2)) USING iceberg WITH (location = '/nowhere/t', metric = 'jaccard');
----
error 22023 at 1:84: "jaccard" is no metric of a lake
hint: the metrics are l2, cosine and inner_product

-- A table that a server keeps.
CREATE TABLE t (a INTEGER) USING iceberg WITH (catalog = 'hive', location = '/nowhere/t');
----
error 0A000 at 1:58: catalog = 'hive' is not supported
hint: the catalogs are filesystem, which need not be said, embedded and rest

CREATE TABLE t (a INTEGER) USING iceberg WITH (catalog = 'rest', location = '/nowhere/t');
----
error 22023 at 1:14: catalog = 'rest' needs the option "uri"
hint: uri = 'http://…': the address of the server

CREATE TABLE t (a INTEGER) USING iceberg WITH (catalog = 'rest', uri = 'http://localhost:1');
----
error 22023 at 1:14: catalog = 'rest' needs the option "namespace"
hint: namespace = 'a.b': where the server has the table

CREATE TABLE t (a INTEGER) USING iceberg WITH (catalog = 'rest', uri = 'localhost:1', namespace = 'a');
----
error 22023 at 1:72: the uri is no address of a server
hint: uri = 'http://…' or 'https://…'

CREATE TABLE t (a INTEGER) USING iceberg WITH (catalog = 'rest', uri = 'http://me:secret@localhost', namespace = 'a');
----
error 22023 at 1:72: the uri has a user in it
hint: the option token is kept secret

CREATE TABLE t (a INTEGER) USING iceberg WITH (catalog = 'rest', uri = 'http://localhost:1', namespace = 'a..b');
----
error 22023 at 1:106: "a..b" is no namespace
hint: the names of its levels, with dots between

CREATE TABLE t (a INTEGER) USING iceberg WITH (catalog = 'rest', uri = 'http://localhost:1', namespace = 'a', token = '');
----
error 22023 at 1:119: the option "token" is empty

CREATE TABLE t (a INTEGER) USING iceberg WITH (catalog = 'rest', uri = 'http://localhost:1', namespace = 'a', metadata = '/nowhere/t/metadata/x.metadata.json');
----
error 22023 at 1:111: the option "metadata" is for catalog = 'embedded'
hint: in other catalogs, the folder or the server tells which is the newest

CREATE TABLE t (a INTEGER) USING iceberg WITH (location = '/nowhere/t', token = 'hush');
----
error 22023 at 1:73: the option "token" is for catalog = 'rest'
