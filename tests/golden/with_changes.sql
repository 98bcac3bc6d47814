-- Changes in WITH.

CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b TEXT);
----
ok

CREATE TABLE log (id INTEGER, a INTEGER, b TEXT);
----
ok

INSERT INTO t VALUES (1, 10, 'x'), (2, 20, 'y'), (3, 30, 'z'), (4, 40, 'w');
----
ok, 4 rows

-- Rows move.
WITH d AS (DELETE FROM t WHERE id <= 2 RETURNING *) INSERT INTO log SELECT * FROM d;
----
ok, 2 rows

SELECT * FROM t ORDER BY id;
----
id | a | b
3 | 30 | z
4 | 40 | w

SELECT * FROM log ORDER BY id;
----
id | a | b
1 | 10 | x
2 | 20 | y

-- A change that nobody reads is made as well, once.
WITH i AS (INSERT INTO log VALUES (9, 90, 'n')) SELECT count(*) FROM log;
----
count
2

SELECT count(*) FROM log;
----
count
3

WITH i AS (INSERT INTO log VALUES (10, 100, 'm') RETURNING id) SELECT a.id, b.id FROM i AS a, i AS b;
----
id | id
10 | 10

SELECT count(*) FROM log;
----
count
4

WITH i AS (INSERT INTO log SELECT n, n, 'many' FROM generate_series(100, 120) AS s (n) RETURNING id) SELECT id FROM i LIMIT 1;
----
id
100

DELETE FROM log WHERE b = 'many' RETURNING count(*);
----
error 42803 at 1:44: an aggregate is not allowed in RETURNING

WITH d AS (DELETE FROM log WHERE b = 'many' RETURNING id) SELECT count(*), min(id), max(id) FROM d;
----
count | min | max
21 | 100 | 120

-- All parts see the rows that were there before.
WITH d AS (DELETE FROM t RETURNING id) SELECT (SELECT count(*) FROM t) AS were, (SELECT count(*) FROM d) AS gone;
----
were | gone
2 | 2

SELECT count(*) FROM t;
----
count
0

INSERT INTO t VALUES (1, 10, 'x'), (2, 20, 'y'), (3, 30, 'z');
----
ok, 3 rows

WITH u AS (UPDATE t SET a = a + 1 WHERE id > 1 RETURNING id, a AS new_a)
SELECT t.id, t.a, u.new_a FROM t LEFT JOIN u ON u.id = t.id ORDER BY t.id;
----
id | a | new_a
1 | 10 | NULL
2 | 20 | 21
3 | 30 | 31

WITH u AS (UPDATE t SET a = 0 RETURNING id) SELECT sum(a) FROM t WHERE id IN (SELECT id FROM u);
----
sum
62

WITH i AS (INSERT INTO t VALUES (7, 70, 'new') RETURNING id) SELECT id, (SELECT max(id) FROM t) FROM i;
----
id | max
7 | 3

WITH i AS (INSERT INTO t VALUES (8, 80, 'new') RETURNING id) SELECT i.id, t.id FROM i LEFT JOIN t ON t.id = i.id;
----
id | id
8 | NULL

WITH d AS (DELETE FROM t WHERE id > 3 RETURNING id) SELECT d.id, x.b FROM d, LATERAL (SELECT b FROM t WHERE t.id = d.id) AS x ORDER BY 1;
----
id | b
7 | new
8 | new

WITH d AS (DELETE FROM t WHERE id = 3 RETURNING id) SELECT t.id FROM t WHERE EXISTS (SELECT 1 FROM d WHERE d.id = t.id) OR t.id = 1 ORDER BY 1;
----
id
1
3

-- Several, which read one another.
DELETE FROM log;
----
ok, 4 rows

WITH
  i AS (INSERT INTO t VALUES (5, 50, 'five'), (6, 60, 'six') RETURNING id, a),
  l AS (INSERT INTO log (id, a) SELECT id, a FROM i RETURNING id),
  twice AS (SELECT id * 2 AS d FROM l)
SELECT d FROM twice ORDER BY d;
----
d
10
12

SELECT * FROM log ORDER BY id;
----
id | a | b
5 | 50 | NULL
6 | 60 | NULL

SELECT id FROM t ORDER BY id;
----
id
1
2
5
6

-- A row is changed by the first that does.
WITH a AS (UPDATE t SET b = 'first' WHERE id = 5 RETURNING id), c AS (UPDATE t SET b = 'second' WHERE id IN (5, 6) RETURNING id)
SELECT (SELECT count(*) FROM a) AS a, (SELECT count(*) FROM c) AS c;
----
a | c
1 | 1

SELECT id, b FROM t WHERE id >= 5 ORDER BY id;
----
id | b
5 | first
6 | second

WITH d AS (DELETE FROM t WHERE id = 6 RETURNING id) UPDATE t SET a = 1 FROM d WHERE t.id >= d.id - 1;
----
ok, 1 row

SELECT id, a FROM t WHERE id >= 5 ORDER BY id;
----
id | a
5 | 1

WITH u AS (UPDATE t SET id = id + 1 WHERE id < 5 RETURNING id) DELETE FROM t WHERE id IN (1, 2);
----
ok

SELECT id FROM t ORDER BY id;
----
id
2
3
5

WITH i AS (INSERT INTO t VALUES (50, 1, 'i')) INSERT INTO t VALUES (50, 2, 'j') ON CONFLICT (id) DO UPDATE SET a = 9;
----
error 21000: ON CONFLICT DO UPDATE cannot change a row a second time
hint: two of the rows to be inserted have the same key

WITH d AS (DELETE FROM t WHERE id = 5) INSERT INTO t VALUES (5, 55, 'again') RETURNING *;
----
id | a | b
5 | 55 | again

-- UPDATE, DELETE and MERGE as the statement.
WITH d AS (DELETE FROM log RETURNING id) UPDATE t SET b = 'logged' WHERE id IN (SELECT id FROM d) RETURNING id, b;
----
id | b
5 | logged

WITH i AS (INSERT INTO log VALUES (2, 2, 'm'), (77, 7, 'n') RETURNING *)
MERGE INTO t USING i ON t.id = i.id WHEN MATCHED THEN UPDATE SET b = i.b WHEN NOT MATCHED THEN INSERT VALUES (i.id, i.a, i.b)
RETURNING merge_action(), t.id;
----
merge_action | id
UPDATE | 2
INSERT | 77

WITH m AS (MERGE INTO log USING t ON log.id = t.id WHEN MATCHED THEN DELETE RETURNING log.id) SELECT id FROM m ORDER BY id;
----
id
2
77

-- The names of columns; those of another WITH do not see them.
WITH d (x, y) AS (INSERT INTO log VALUES (1, 2, '3') RETURNING id, 'text') SELECT x, y, typeof(y) FROM d;
----
x | y | typeof
1 | text | text

WITH d (x, y) AS (INSERT INTO log VALUES (1, 2, '3') RETURNING id) SELECT x FROM d;
----
error 42601 at 1:12: the alias names 2 columns, and there are 1

WITH q AS (SELECT 5 AS id), d AS (DELETE FROM t USING q WHERE t.id = q.id RETURNING t.*) SELECT * FROM d;
----
id | a | b
5 | 55 | logged

-- What fails takes all of it back.
WITH d AS (DELETE FROM t RETURNING id) SELECT 1 / (id - id) FROM d;
----
error 22012 at 1:47: division by zero

SELECT count(*) > 0 FROM t;
----
column1
true

WITH d AS (DELETE FROM t WHERE id = 2) INSERT INTO t SELECT id, a, b FROM t WHERE id = 3;
----
error 23505: duplicate key value violates unique constraint "t_pkey": key (id)=(3) already exists

-- Parameters are known in all parts.
WITH d AS (INSERT INTO log VALUES (200, 1, 'p') RETURNING id) SELECT d.id, t.id FROM d, t WHERE t.id = 3;
----
id | id
200 | 3

-- Where it may not stand.
SELECT * FROM (WITH d AS (DELETE FROM t RETURNING id) SELECT * FROM d) AS x;
----
error 0A000 at 1:21: a change in WITH must stand at the top level of a statement

INSERT INTO log (id) WITH d AS (DELETE FROM t RETURNING id) SELECT id FROM d;
----
error 0A000 at 1:27: a change in WITH must stand at the top level of a statement

WITH a AS (WITH d AS (DELETE FROM t RETURNING id) SELECT id FROM d) SELECT * FROM a;
----
error 0A000 at 1:17: a change in WITH must stand at the top level of a statement

CREATE VIEW v AS WITH d AS (DELETE FROM t RETURNING id) SELECT id FROM d;
----
error 0A000 at 1:23: a change in WITH must stand at the top level of a statement

CREATE TABLE n AS WITH d AS (DELETE FROM t RETURNING id) SELECT id FROM d;
----
error 0A000 at 1:24: a change in WITH must stand at the top level of a statement

WITH d AS (DELETE FROM t) SELECT * FROM d;
----
error 0A000 at 1:41: "d" in WITH is a change without RETURNING, and gives no rows

WITH d AS (DELETE FROM nowhere) SELECT 1;
----
error 42P01 at 1:24: table "nowhere" does not exist

WITH a AS (SELECT id FROM d), d AS (DELETE FROM t RETURNING id) SELECT * FROM a;
----
error 42P01 at 1:27: table "d" does not exist
hint: did you mean "t"?

WITH d AS (SELECT 1 FROM d2), d2 AS (DELETE FROM t RETURNING id) SELECT 1;
----
error 42P01 at 1:26: table "d2" does not exist

WITH d AS (CREATE TABLE x (a INTEGER)) SELECT 1;
----
error 42601 at 1:12: syntax error: expected SELECT, VALUES, or a subquery in the query body, found CREATE

SELECT count(*) > 0 FROM t;
----
column1
true

-- Foreign keys are looked at when all is done.
CREATE TABLE parent (id INTEGER PRIMARY KEY);
----
ok

CREATE TABLE child (id INTEGER PRIMARY KEY, p INTEGER REFERENCES parent);
----
ok

WITH c AS (INSERT INTO child VALUES (1, 100)) INSERT INTO parent VALUES (100);
----
ok, 1 row

WITH p AS (DELETE FROM parent WHERE id = 100) DELETE FROM child WHERE p = 100;
----
ok, 1 row

SELECT count(*) FROM child;
----
count
0

WITH c AS (INSERT INTO child VALUES (1, 100)) INSERT INTO parent VALUES (101);
----
error 23503: insert or update on table "child" violates foreign key constraint "child_p_fkey": key (p)=(100) is not present in table "parent"

SELECT count(*) FROM child;
----
count
0

-- Sequences and identity columns.
CREATE TABLE ids (id INTEGER GENERATED ALWAYS AS IDENTITY, v TEXT);
----
ok

WITH a AS (INSERT INTO ids (v) VALUES ('a'), ('b') RETURNING id), b AS (INSERT INTO ids (id, v) OVERRIDING SYSTEM VALUE VALUES (90, 'c') RETURNING id)
SELECT id FROM a UNION ALL SELECT id FROM b ORDER BY 1;
----
id
1
2
90

WITH a AS (INSERT INTO ids (id, v) OVERRIDING SYSTEM VALUE VALUES (91, 'c')) INSERT INTO ids (id, v) VALUES (92, 'd');
----
error 428C9 at 1:110: column "id" is an identity column GENERATED ALWAYS, and takes no other value
hint: write DEFAULT, or in INSERT OVERRIDING SYSTEM VALUE

EXPLAIN WITH d AS (DELETE FROM t WHERE id < 3 RETURNING *), u AS (UPDATE t SET a = 1 WHERE b IN (SELECT b FROM d) RETURNING id)
INSERT INTO log SELECT d.* FROM d, u WHERE d.id < u.id;
----
QUERY PLAN
With
  Read Before: 1
  Change: d
  Change: u
  ->  SeqScan on t  (rows=1000)
  ->  Delete on t
        Returning: id, a, b
        ->  PkRangeScan on t  (rows=333)
              Range: id < 3
  ->  Update on t
        Set: a = 1
        Returning: id
        ->  Project  (rows=1000)
              Output: rowid, id
              ->  HashJoin  (rows=1000)
                    Hash Cond: b = b
                    ->  WorkTableScan on t  (rows=1000)
                    ->  HashAggregate  (rows=1)
                          Group Key: b
                          ->  Project  (rows=10)
                                Output: b
                                ->  WorkTableScan on d  (rows=10)
  ->  Insert on log
        ->  Project  (rows=33)
              Output: d.id, d.a, d.b
              ->  NestedLoopJoin  (rows=33)
                    Filter: d.id < u.id
                    ->  WorkTableScan on d  (rows=10)
                    ->  WorkTableScan on u  (rows=10)
