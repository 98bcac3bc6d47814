-- ON CONFLICT and INSERT OR …: what becomes of rows whose keys other rows have.

CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE, n INTEGER NOT NULL DEFAULT 1, UNIQUE (n, name));
----
ok

CREATE INDEX t_n ON t (n);
----
ok

INSERT INTO t VALUES (1, 'a', 10), (2, 'b', 20);
----
ok, 2 rows

INSERT INTO t VALUES (1, 'x', 0), (3, 'b', 0), (4, 'd', 40) ON CONFLICT DO NOTHING RETURNING *;
----
id | name | n
4 | d | 40

INSERT INTO t VALUES (1, 'x', 0) ON CONFLICT (id) DO NOTHING;
----
ok

INSERT INTO t VALUES (5, 'b', 0) ON CONFLICT (id) DO NOTHING;
----
error 23505: duplicate key value violates unique constraint "t_name_key": key (name)=(b) already exists

INSERT INTO t VALUES (1, 'new', 5), (7, 'g', 70), (2, 'newer', 6)
ON CONFLICT (id) DO UPDATE SET n = t.n + excluded.n, name = excluded.name || '!'
RETURNING id, name, n;
----
id | name | n
1 | new! | 15
7 | g | 70
2 | newer! | 26

-- A name without a table is the row that is there.
INSERT INTO t (name, n) VALUES ('d', 1) ON CONFLICT (name) DO UPDATE SET n = n + 100;
----
ok, 1 row

INSERT INTO t AS it (name, n) VALUES ('d', 1), ('g', 1) ON CONFLICT (name) DO UPDATE SET n = it.n + 1 WHERE it.n < 100 RETURNING name, it.n;
----
name | n
g | 71

INSERT INTO t VALUES (8, 'd', 3) ON CONFLICT ON CONSTRAINT t_name_key DO UPDATE SET id = excluded.id;
----
ok, 1 row

INSERT INTO t VALUES (8, 'dd', 3) ON CONFLICT ON CONSTRAINT t_pkey DO UPDATE SET (name, n) = (excluded.name, DEFAULT);
----
ok, 1 row

SELECT * FROM t ORDER BY id;
----
id | name | n
1 | new! | 15
2 | newer! | 26
7 | g | 71
8 | dd | 1

SELECT id FROM t WHERE n = 1;
----
id
8

-- No row is changed twice by one statement.
INSERT INTO t VALUES (1, 'one', 0), (1, 'two', 0) ON CONFLICT (id) DO UPDATE SET n = 0;
----
error 21000: ON CONFLICT DO UPDATE cannot change a row a second time
hint: two of the rows to be inserted have the same key

INSERT INTO t VALUES (50, 'fifty', 0), (50, 'two', 0) ON CONFLICT (id) DO UPDATE SET n = 0;
----
error 21000: ON CONFLICT DO UPDATE cannot change a row a second time
hint: two of the rows to be inserted have the same key

-- Keys are changed one row after the other.
INSERT INTO t VALUES (1, 'p', 0), (61, 'new!', 0) ON CONFLICT (id) DO UPDATE SET name = 'freed' RETURNING id, name;
----
id | name
1 | freed
61 | new!

-- NULLs are not alike.
INSERT INTO t VALUES (70, NULL, 0), (71, NULL, 0) ON CONFLICT (name) DO NOTHING;
----
ok, 2 rows

INSERT OR REPLACE INTO t VALUES (70, 'g', 5) RETURNING *;
----
id | name | n
70 | g | 5

REPLACE INTO t (id, n) VALUES (71, NULL);
----
ok, 1 row

SELECT * FROM t ORDER BY id;
----
id | name | n
1 | freed | 15
2 | newer! | 26
8 | dd | 1
61 | new! | 0
70 | g | 5
71 | NULL | 1

INSERT OR IGNORE INTO t (id, name, n) VALUES (1, 'k', 1), (80, 'k', NULL), (81, 'k', 9);
----
ok, 1 row

INSERT OR ABORT INTO t VALUES (1, 'k', 1);
----
error 23505: duplicate key value violates unique constraint "t_pkey": key (id)=(1) already exists

INSERT OR FAIL INTO t VALUES (1, 'k', 1);
----
error 0A000 at 1:1: INSERT OR FAIL is not supported

SELECT id, name FROM t WHERE name = 'k';
----
id | name
81 | k

INSERT INTO t VALUES (1, NULL, NULL) ON CONFLICT (id) DO UPDATE SET n = 3;
----
error 23502: null value in column "n" of table "t" violates not-null constraint

INSERT INTO t VALUES (1) ON CONFLICT (n) DO NOTHING;
----
error 42P10 at 1:39: there is no unique constraint or index on the columns of ON CONFLICT

INSERT INTO t VALUES (1) ON CONFLICT DO UPDATE SET n = 1;
----
error 42601 at 1:1: ON CONFLICT DO UPDATE must say which key is meant
hint: ON CONFLICT (column, …) DO UPDATE …

INSERT INTO t VALUES (1) ON CONFLICT ON CONSTRAINT nosuch DO NOTHING;
----
error 42704 at 1:52: constraint "nosuch" for table "t" does not exist

INSERT INTO t VALUES (1) ON CONFLICT (nosuch) DO NOTHING;
----
error 42703 at 1:39: table "t" has no column "nosuch"

INSERT INTO t VALUES (1) ON CONFLICT (id) DO UPDATE SET n = excluded.nosuch;
----
error 42703 at 1:70: column "excluded.nosuch" does not exist

INSERT INTO t VALUES (1) ON CONFLICT (id) DO UPDATE SET n = (SELECT 1);
----
error 0A000 at 1:62: a query in DO UPDATE is not supported

EXPLAIN INSERT INTO t VALUES (1) ON CONFLICT (id) DO UPDATE SET n = t.n + excluded.n WHERE t.n > 1 RETURNING n;
----
QUERY PLAN
Insert on t
  On Conflict: update
  Conflict Keys: id
  Set: n = n + excluded.n
  Conflict Filter: n > 1
  Returning: n
  ->  ConstantRow  (rows=1)

EXPLAIN INSERT OR REPLACE INTO t SELECT * FROM t;
----
QUERY PLAN
Insert on t
  On Conflict: replace
  Conflict Keys: id, t_name_key, t_n_name_key
  ->  SeqScan on t  (rows=1000)

-- Rows of a query over the same table.
INSERT INTO t SELECT id, name, 0 FROM t ON CONFLICT (id) DO UPDATE SET n = t.n + 1000;
----
ok, 7 rows

SELECT min(n) >= 1000 FROM t;
----
column1
true

INSERT INTO t SELECT * FROM t WHERE id = 12345 RETURNING id;
----
id

-- A growing value, with and without a secondary index.
CREATE TABLE g (k TEXT PRIMARY KEY, v TEXT, emb VECTOR(2));
----
ok

CREATE INDEX g_emb ON g USING ann (emb);
----
ok

INSERT INTO g SELECT 'k' || i, 'v', '[1,1]' FROM generate_series(1, 300) AS s (i);
----
ok, 300 rows

INSERT INTO g SELECT 'k' || i, repeat('long ', 400), '[2,2]' FROM generate_series(1, 301) AS s (i)
ON CONFLICT (k) DO UPDATE SET v = excluded.v || g.v, emb = excluded.emb;
----
ok, 301 rows

SELECT count(*), sum(length(v)), count(DISTINCT emb) FROM g;
----
count | sum | count
301 | 602300 | 1

SELECT k, emb FROM g WHERE k = 'k301' ORDER BY emb <-> '[2,2]' LIMIT 1;
----
k | emb
k301 | [2, 2]

PRAGMA integrity_check;
----
integrity_check
ok
