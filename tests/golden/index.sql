-- Indexes: made from what is there, kept with what changes, never a reason for another answer.

CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b TEXT);
----
ok

INSERT INTO t (a, b) VALUES (3, 'x'), (1, 'y'), (3, 'z'), (NULL, 'x'), (2, NULL);
----
ok, 5 rows

CREATE INDEX t_a ON t (a);
----
ok

CREATE UNIQUE INDEX t_ab ON t (a, b);
----
ok

CREATE UNIQUE INDEX t_b ON t (b);
----
error 23505: could not create unique index "t_b": key (b)=(x) is duplicated

CREATE INDEX t_a ON t (b);
----
error 42P07 at 1:14: relation "t_a" already exists

SELECT id FROM t WHERE a = 3 ORDER BY id;
----
id
1
3

SELECT id FROM t WHERE a = 3.0 ORDER BY id;
----
id
1
3

SELECT id FROM t WHERE a = 3.5;
----
id

SELECT id FROM t WHERE a > 1.5 ORDER BY a, id;
----
id
5
1
3

SELECT id FROM t WHERE a IS NULL;
----
id
4

SELECT a FROM t ORDER BY a;
----
a
1
2
3
3
NULL

SELECT a FROM t ORDER BY a DESC;
----
a
NULL
3
3
2
1

UPDATE t SET a = 7 WHERE id = 1;
----
ok, 1 row

SELECT id FROM t WHERE a IN (3, 7) ORDER BY id;
----
id
1
3

INSERT INTO t (a, b) VALUES (7, 'x');
----
error 23505: duplicate key value violates unique constraint "t_ab": key (a, b)=(7, x) already exists

DELETE FROM t WHERE a = 7;
----
ok, 1 row

INSERT INTO t (a, b) VALUES (7, 'x');
----
ok, 1 row

DROP INDEX t_ab;
----
ok

INSERT INTO t (a, b) VALUES (7, 'x');
----
ok, 1 row

SELECT COUNT(*) FROM t WHERE a = 7;
----
count
2

DROP INDEX nosuch;
----
error 42704 at 1:12: index "nosuch" does not exist

DROP INDEX IF EXISTS nosuch;
----
ok

DROP TABLE t;
----
ok

CREATE TABLE t (k TEXT PRIMARY KEY, v INTEGER);
----
ok

INSERT INTO t VALUES ('b', 1), ('a', 2);
----
ok, 2 rows

INSERT INTO t VALUES ('b', 3);
----
error 23505: duplicate key value violates unique constraint "t_pkey": key (k)=(b) already exists

INSERT INTO t VALUES (NULL, 3);
----
error 23502: null value in column "k" of table "t" violates not-null constraint

SELECT * FROM t WHERE k >= 'a' ORDER BY k;
----
k | v
a | 2
b | 1
