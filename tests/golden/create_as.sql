-- CREATE TABLE … AS, TRUNCATE.

CREATE TABLE src (id INTEGER PRIMARY KEY, name TEXT, emb VECTOR(2));
----
ok

INSERT INTO src SELECT i, 'n' || i, '[1,2]' FROM generate_series(1, 5) AS s (i);
----
ok, 5 rows

CREATE TABLE c AS SELECT id * 2 AS twice, name, emb, NULL AS nothing FROM src WHERE id > 3;
----
ok

SELECT * FROM c ORDER BY twice;
----
twice | name | emb | nothing
8 | n4 | [1, 2] | NULL
10 | n5 | [1, 2] | NULL

CREATE TABLE c AS SELECT 1 AS a;
----
error 42P07 at 1:14: relation "c" already exists

CREATE TABLE IF NOT EXISTS c AS SELECT 1 AS a;
----
ok

CREATE TABLE d AS SELECT * FROM src WITH NO DATA;
----
ok

INSERT INTO d SELECT * FROM src RETURNING id;
----
id
1
2
3
4
5

CREATE TABLE e AS SELECT 1 AS a, 2 AS a;
----
error 42701 at 1:14: column "a" is named more than once

CREATE TABLE e AS SELECT 10 / (id - 3) AS x FROM src;
----
error 22012 at 1:26: division by zero

SELECT * FROM e;
----
error 42P01 at 1:15: table "e" does not exist
hint: did you mean "c"?

CREATE TABLE e AS VALUES (1, 'x'), (2, 'y');
----
ok

SELECT column2 FROM e;
----
column2
x
y

CREATE TABLE f AS WITH w AS (SELECT max(id) AS most FROM src) SELECT most FROM w;
----
ok

SELECT most FROM f;
----
most
5

BEGIN;
----
ok

CREATE TABLE g AS SELECT * FROM src;
----
ok

SELECT count(*) FROM g;
----
count
5

ROLLBACK;
----
ok

SELECT count(*) FROM g;
----
error 42P01 at 1:22: table "g" does not exist
hint: did you mean "c"?

CREATE INDEX d_name ON d (name);
----
ok

CREATE INDEX d_emb ON d USING ann (emb);
----
ok

TRUNCATE d, TABLE e;
----
error 42601 at 1:19: syntax error: unexpected e

TRUNCATE TABLE d, e;
----
ok

SELECT count(*) FROM d;
----
count
0

SELECT id FROM d WHERE name = 'n1';
----
id

INSERT INTO d VALUES (8, 'n1', '[3,4]');
----
ok, 1 row

SELECT id FROM d ORDER BY emb <-> '[1,1]' LIMIT 3;
----
id
8

BEGIN;
----
ok

TRUNCATE src RESTART IDENTITY;
----
ok

INSERT INTO src (name) VALUES ('first') RETURNING id;
----
id
1

ROLLBACK;
----
ok

SELECT count(*) FROM src;
----
count
5

TRUNCATE src CONTINUE IDENTITY;
----
error 0A000 at 1:1: CONTINUE IDENTITY is not supported

TRUNCATE nosuch;
----
error 42P01 at 1:10: table "nosuch" does not exist

PRAGMA integrity_check;
----
integrity_check
ok
