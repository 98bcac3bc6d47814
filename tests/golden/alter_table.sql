-- ALTER TABLE.

CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE, n INTEGER DEFAULT 5, emb VECTOR(2));
----
ok

CREATE INDEX t_n ON t (n);
----
ok

CREATE INDEX t_emb ON t USING ann (emb) INCLUDE (n);
----
ok

INSERT INTO t VALUES (1, 'a', 10, '[1,0]'), (2, 'b', 20, '[0,1]'), (3, NULL, NULL, NULL);
----
ok, 3 rows

-- A column that is added: rows that are there have its default, whatever that becomes.
ALTER TABLE t ADD COLUMN extra TEXT DEFAULT 'old';
----
ok

ALTER TABLE t ALTER COLUMN extra SET DEFAULT 'new', ADD other INTEGER;
----
ok

INSERT INTO t (id) VALUES (4);
----
ok, 1 row

SELECT * FROM t ORDER BY id;
----
id | name | n | emb | extra | other
1 | a | 10 | [1, 0] | old | NULL
2 | b | 20 | [0, 1] | old | NULL
3 | NULL | NULL | NULL | old | NULL
4 | NULL | 5 | NULL | new | NULL

UPDATE t SET other = 1 WHERE id = 1;
----
ok, 1 row

ALTER TABLE t ALTER extra DROP DEFAULT;
----
ok

INSERT INTO t (id) VALUES (5);
----
ok, 1 row

SELECT id, extra, other FROM t ORDER BY id;
----
id | extra | other
1 | old | 1
2 | old | NULL
3 | old | NULL
4 | new | NULL
5 | NULL | NULL

ALTER TABLE t ADD COLUMN extra TEXT;
----
error 42701 at 1:26: column "extra" is named more than once

ALTER TABLE t ADD COLUMN IF NOT EXISTS extra TEXT;
----
ok

ALTER TABLE t ADD COLUMN must INTEGER NOT NULL;
----
error 23502: column "must" of table "t" contains null values

ALTER TABLE t ADD COLUMN must INTEGER NOT NULL DEFAULT 3 CHECK (must > 2) UNIQUE;
----
error 23505: could not create unique index "t_must_key": key (must)=(3) is duplicated

ALTER TABLE t ADD COLUMN must INTEGER NOT NULL DEFAULT 3 CHECK (must > 2);
----
ok

SELECT id, must FROM t WHERE must = 3 ORDER BY id LIMIT 1;
----
id | must
1 | 3

INSERT INTO t (id, must) VALUES (6, 1);
----
error 23514: a row of table "t" violates check constraint "t_must_check"

ALTER TABLE t ADD COLUMN wide VECTOR(400);
----
ok

-- NOT NULL.
ALTER TABLE t ALTER COLUMN name SET NOT NULL;
----
error 23502: column "name" of table "t" contains null values

UPDATE t SET name = 'x' || id WHERE name IS NULL;
----
ok, 3 rows

ALTER TABLE t ALTER COLUMN name SET NOT NULL;
----
ok

INSERT INTO t (id) VALUES (6);
----
error 23502: null value in column "name" of table "t" violates not-null constraint

ALTER TABLE t ALTER COLUMN name DROP NOT NULL;
----
ok

ALTER TABLE t ALTER COLUMN id DROP NOT NULL;
----
error 42P16 at 1:28: column "id" is in a primary key

-- Names.
ALTER TABLE t RENAME COLUMN name TO title;
----
ok

ALTER TABLE t RENAME n TO title;
----
error 42701 at 1:27: column "title" is named more than once

ALTER TABLE t RENAME TO u;
----
ok

SELECT * FROM t;
----
error 42P01 at 1:15: table "t" does not exist
hint: did you mean "u"?

SELECT title FROM u WHERE title = 'a';
----
title
a

INSERT INTO u (id, title) VALUES (1, 'q');
----
error 23505: duplicate key value violates unique constraint "u_pkey": key (id)=(1) already exists

ALTER TABLE u RENAME CONSTRAINT t_name_key TO u_title;
----
ok

INSERT INTO u (id, title) VALUES (9, 'a');
----
error 23505: duplicate key value violates unique constraint "u_title": key (title)=(a) already exists

ALTER TABLE u RENAME CONSTRAINT nosuch TO x;
----
error 42704 at 1:33: constraint "nosuch" for table "u" does not exist

-- Types.
ALTER TABLE u ALTER COLUMN n TYPE REAL;
----
ok

SELECT id, n FROM u WHERE n = 10.0;
----
id | n
1 | 10.0

EXPLAIN SELECT id FROM u WHERE n = 10;
----
QUERY PLAN
IndexOnlyScan on u using t_n  (rows=10)
  Index Cond: n = 10

ALTER TABLE u ALTER COLUMN n TYPE INTEGER USING n * 2 + id;
----
ok

ALTER TABLE u ALTER COLUMN title TYPE INTEGER;
----
error 42804 at 1:28: column "title" is INTEGER, the value TEXT
hint: say how, with USING "title"::INTEGER

ALTER TABLE u ALTER COLUMN title TYPE INTEGER USING length(title);
----
error 23505: duplicate key value violates unique constraint "u_title": key (title)=(1) already exists

SELECT id, n, title FROM u ORDER BY id;
----
id | n | title
1 | 21 | a
2 | 42 | b
3 | NULL | x3
4 | 14 | x4
5 | 15 | x5

ALTER TABLE u ALTER COLUMN title TYPE VARCHAR(3);
----
ok

UPDATE u SET title = NULL WHERE id > 2;
----
ok, 3 rows

ALTER TABLE u ALTER COLUMN title SET DATA TYPE SMALLINT USING title + 40000;
----
error 42804 at 1:63: operator does not exist: TEXT + INTEGER

ALTER TABLE u ALTER emb TYPE VECTOR(2, f16);
----
ok

ALTER TABLE u ALTER emb TYPE TEXT;
----
error 2BP01 at 1:13: index "t_emb" is on a column whose type is to be changed
hint: drop it first

SELECT id FROM u ORDER BY emb <-> '[1,0]' LIMIT 2;
----
id
1
2

-- Columns that go, with their indexes and constraints.
ALTER TABLE u DROP COLUMN nosuch;
----
error 42703 at 1:27: table "u" has no column "nosuch"

ALTER TABLE u DROP COLUMN IF EXISTS nosuch;
----
ok

ALTER TABLE u DROP COLUMN title, DROP must;
----
ok

SELECT * FROM u ORDER BY id;
----
id | n | emb | extra | other | wide
1 | 21 | [1, 0] | old | 1 | NULL
2 | 42 | [0, 1] | old | NULL | NULL
3 | NULL | NULL | old | NULL | NULL
4 | 14 | NULL | new | NULL | NULL
5 | 15 | NULL | NULL | NULL | NULL

SELECT id FROM u WHERE n = 21;
----
id
1

SELECT id FROM u ORDER BY emb <-> '[0,1]' LIMIT 1;
----
id
2

INSERT INTO u (id, n, emb) VALUES (7, 70, '[7,7]');
----
ok, 1 row

PRAGMA integrity_check;
----
integrity_check
ok

ALTER TABLE u DROP COLUMN id;
----
ok

SELECT *, rowid FROM u WHERE n = 70;
----
n | emb | extra | other | wide | rowid
70 | [7, 7] | NULL | NULL | NULL | 7

ALTER TABLE u ADD COLUMN id INTEGER, ADD CONSTRAINT nn CHECK (n <> 6);
----
ok

UPDATE u SET id = rowid * 10;
----
ok, 6 rows

ALTER TABLE u ADD PRIMARY KEY (id);
----
ok

INSERT INTO u (n) VALUES (1) RETURNING id, rowid;
----
id | rowid
71 | 71

INSERT INTO u (n) VALUES (6);
----
error 23514: a row of table "u" violates check constraint "nn"

ALTER TABLE u DROP CONSTRAINT u_pkey;
----
ok

ALTER TABLE u DROP CONSTRAINT nn;
----
ok

ALTER TABLE u DROP CONSTRAINT nn;
----
error 42704 at 1:31: constraint "nn" for table "u" does not exist

ALTER TABLE u DROP CONSTRAINT IF EXISTS nn;
----
ok

INSERT INTO u (id, n) VALUES (10, 5), (10, 5);
----
ok, 2 rows

ALTER TABLE u ADD CONSTRAINT key_of_u PRIMARY KEY (id);
----
error 23505: duplicate key value violates unique constraint "key_of_u": key (id)=(10) already exists

ALTER TABLE u ADD CONSTRAINT u_check CHECK (n <> 5);
----
error 23514: a row of table "u" violates check constraint "u_check"

ALTER TABLE u ADD UNIQUE (n);
----
error 23505: could not create unique index "u_n_key": key (n)=(5) is duplicated

DELETE FROM u WHERE n = 5;
----
ok, 2 rows

ALTER TABLE u ADD UNIQUE (n);
----
ok

INSERT INTO u (id, n) VALUES (99, 70);
----
error 23505: duplicate key value violates unique constraint "u_n_key": key (n)=(70) already exists

PRAGMA integrity_check;
----
integrity_check
ok

-- Views keep what they read.
CREATE VIEW v AS SELECT n FROM u;
----
ok

ALTER TABLE u RENAME COLUMN n TO m;
----
error 2BP01 at 1:13: view "v" reads what is to be changed
hint: drop it first

ALTER TABLE u DROP COLUMN n;
----
error 2BP01 at 1:13: view "v" reads what is to be changed
hint: drop it first

ALTER TABLE u ADD COLUMN fine INTEGER;
----
ok

ALTER TABLE u DROP COLUMN extra;
----
ok

ALTER TABLE u DROP COLUMN n CASCADE;
----
ok

SELECT * FROM v;
----
error 42P01 at 1:15: table "v" does not exist
hint: did you mean "u"?

-- Taken back.
BEGIN;
----
ok

ALTER TABLE u DROP COLUMN fine;
----
ok

SAVEPOINT s;
----
ok

ALTER TABLE u RENAME TO w;
----
ok

ROLLBACK TO s;
----
ok

SELECT count(*) FROM u;
----
count
7

ROLLBACK;
----
ok

SELECT fine FROM u LIMIT 1;
----
fine
NULL

reopen
SELECT id, fine FROM u ORDER BY id LIMIT 2;
----
id | fine
10 | NULL
20 | NULL

ALTER TABLE nosuch ADD a INTEGER;
----
error 42P01 at 1:13: table "nosuch" does not exist

ALTER TABLE IF EXISTS nosuch ADD a INTEGER;
----
ok

ALTER TABLE u SET SCHEMA other;
----
error 42601 at 1:19: syntax error: expected (, found SCHEMA

ALTER TABLE u ADD a INTEGER GENERATED ALWAYS AS IDENTITY;
----
ok

CREATE TABLE one (a INTEGER);
----
ok

ALTER TABLE one DROP COLUMN a;
----
error 42P16 at 1:13: a table keeps at least one column
