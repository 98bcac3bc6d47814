-- CHECK, names of constraints, NULLS NOT DISTINCT.

CREATE TABLE t (
  a INTEGER CHECK (a > 0),
  b INTEGER CONSTRAINT small CHECK (b < 10),
  c TEXT CONSTRAINT named_unique UNIQUE,
  CHECK (a < b OR c = 'any'),
  CONSTRAINT key PRIMARY KEY (a, b)
);
----
ok

INSERT INTO t VALUES (1, 2, 'x');
----
ok, 1 row

INSERT INTO t VALUES (0, 2, 'y');
----
error 23514: a row of table "t" violates check constraint "t_a_check"

INSERT INTO t VALUES (1, 20, 'y');
----
error 23514: a row of table "t" violates check constraint "small"

INSERT INTO t VALUES (5, 3, 'y');
----
error 23514: a row of table "t" violates check constraint "t_check"

INSERT INTO t VALUES (5, 3, 'any'), (1, 2, 'z');
----
error 23505: duplicate key value violates unique constraint "key": key (a, b)=(1, 2) already exists

-- NULL is not FALSE.
INSERT INTO t (a, b) VALUES (1, 3);
----
ok, 1 row

UPDATE t SET b = b + 7;
----
error 23514: a row of table "t" violates check constraint "small"

UPDATE t SET b = b + 8;
----
error 23514: a row of table "t" violates check constraint "small"

UPDATE t SET a = b WHERE c = 'x';
----
error 23514: a row of table "t" violates check constraint "t_check"

SELECT * FROM t ORDER BY a, b;
----
a | b | c
1 | 2 | x
1 | 3 | NULL

INSERT INTO t VALUES (7, 8, 'x');
----
error 23505: duplicate key value violates unique constraint "named_unique": key (c)=(x) already exists

INSERT OR IGNORE INTO t VALUES (0, 1, 'p'), (2, 3, 'q');
----
ok, 1 row

INSERT INTO t VALUES (2, 3, 'q') ON CONFLICT ON CONSTRAINT key DO UPDATE SET b = 100;
----
error 23514: a row of table "t" violates check constraint "small"

SELECT count(*) FROM t;
----
count
3

CREATE TABLE bad (a INTEGER, CHECK (nosuch > 1));
----
error 42703 at 1:37: column "nosuch" does not exist

CREATE TABLE bad (a INTEGER, CHECK (a));
----
error 42804 at 1:37: CHECK takes BOOLEAN, not INTEGER

CREATE TABLE bad (a INTEGER, CHECK (a IN (SELECT 1)));
----
error 0A000 at 1:37: a query in CHECK is not supported

CREATE TABLE bad (a INTEGER, CHECK (count(a) > 1));
----
error 42803 at 1:37: an aggregate is not allowed in CHECK

CREATE TABLE bad (a INTEGER, CONSTRAINT c CHECK (a > 1), CONSTRAINT c CHECK (a < 1));
----
error 42710: constraint "c" exists already

CREATE TABLE bad (a INTEGER, CONSTRAINT t UNIQUE (a));
----
error 42P07: relation "t" already exists

CREATE TABLE n (a INTEGER, b TEXT, UNIQUE NULLS NOT DISTINCT (a, b));
----
ok

INSERT INTO n VALUES (1, NULL), (NULL, NULL), (2, NULL);
----
ok, 3 rows

INSERT INTO n VALUES (1, NULL);
----
error 23505: duplicate key value violates unique constraint "n_a_b_key": key (a, b)=(1, NULL) already exists

INSERT INTO n VALUES (NULL, NULL) ON CONFLICT (a, b) DO NOTHING;
----
ok

UPDATE n SET a = NULL WHERE a = 1;
----
error 23505: duplicate key value violates unique constraint "n_a_b_key": key (a, b)=(NULL, NULL) already exists

SELECT a FROM n WHERE a = 1 AND b IS NULL;
----
a
1

CREATE UNIQUE INDEX n_b ON n (b) NULLS NOT DISTINCT;
----
error 23505: could not create unique index "n_b": key (b)=(NULL) is duplicated

CREATE TABLE v (emb VECTOR(400) CHECK (emb <-> emb = 0), n INTEGER, CONSTRAINT near CHECK (vector_dims(emb) = 400 AND n < 3));
----
ok

INSERT INTO v (n) VALUES (1);
----
ok, 1 row

UPDATE v SET n = 4;
----
error 23514: a row of table "v" violates check constraint "near"

UPDATE v SET n = 2;
----
ok, 1 row

reopen
INSERT INTO t VALUES (0, 2, 'yy');
----
error 23514: a row of table "t" violates check constraint "t_a_check"

INSERT INTO n VALUES (2, NULL);
----
error 23505: duplicate key value violates unique constraint "n_a_b_key": key (a, b)=(2, NULL) already exists

PRAGMA integrity_check;
----
integrity_check
ok
