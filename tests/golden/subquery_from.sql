-- Queries in FROM, and WITH.

CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, s TEXT);
----
ok

INSERT INTO t VALUES (1, 5, 'x'), (2, 6, 'y'), (3, 5, 'z');
----
ok, 3 rows

SELECT * FROM (SELECT id, a + 1 AS b FROM t) AS q WHERE b = 6 ORDER BY id;
----
id | b
1 | 6
3 | 6

SELECT q.b FROM (SELECT id, a + 1 FROM t) AS q (i, b) WHERE i = 2;
----
b
7

-- It becomes part of the query around it, so that conditions reach the table.
EXPLAIN SELECT b FROM (SELECT id, a + 1 AS b FROM t) WHERE id = 2;
----
QUERY PLAN
Project  (rows=1)
  Output: a + 1
  ->  PkLookup on t  (rows=1)
        Key: id = 2

EXPLAIN SELECT a, n FROM (SELECT a, COUNT(*) AS n FROM t GROUP BY a) WHERE a = 5 AND n > 1;
----
QUERY PLAN
Filter  (rows=1)
  Condition: count(*) > 1
  ->  HashAggregate  (rows=1)
        Group Key: a
        Aggregates: count(*)
        ->  SeqScan on t  (rows=10)
              Filter: a = 5

SELECT a, n FROM (SELECT a, COUNT(*) AS n FROM t GROUP BY a) WHERE a = 5 AND n > 1;
----
a | n
5 | 2

EXPLAIN SELECT id FROM (SELECT id, a FROM t ORDER BY a LIMIT 2) WHERE id > 1;
----
QUERY PLAN
Project  (rows=1)
  Output: id
  ->  Filter  (rows=1)
        Condition: id > 1
        ->  TopN  (rows=2)
              Sort Key: a
              Limit: 2
              ->  SeqScan on t  (rows=1000)

SELECT id FROM (SELECT id, a FROM t ORDER BY a LIMIT 2) WHERE id > 1;
----
id
3

SELECT x.id, y.n FROM t x JOIN (SELECT a, COUNT(*) AS n FROM t GROUP BY a) y ON x.a = y.a ORDER BY x.id;
----
id | n
1 | 2
2 | 1
3 | 2

SELECT x.id, y.one FROM t x LEFT JOIN (SELECT id, 1 AS one FROM t WHERE id < 2) y ON x.id = y.id ORDER BY x.id;
----
id | one
1 | 1
2 | NULL
3 | NULL

SELECT x.id, y.one FROM t x LEFT JOIN ((SELECT 1 AS one) y JOIN t z ON z.id = 1) ON x.id = z.id ORDER BY x.id;
----
id | one
1 | 1
2 | NULL
3 | NULL

SELECT DISTINCT b FROM (SELECT a AS b FROM t) ORDER BY b DESC;
----
b
6
5

SELECT MAX(n) FROM (SELECT COUNT(*) AS n FROM t GROUP BY a);
----
max
2

SELECT id FROM (SELECT id FROM (SELECT id FROM t WHERE a = 5) WHERE id > 1);
----
id
3

SELECT q.nope FROM (SELECT id FROM t) AS q;
----
error 42703 at 1:10: column "q.nope" does not exist

SELECT id FROM (SELECT id FROM t) AS q (a, b);
----
error 42601 at 1:44: the alias names 2 columns, and there are 1

SELECT * FROM (SELECT 1 AS x, 2 AS x) AS q;
----
x | x
1 | 2

SELECT x FROM (SELECT 1 AS x, 2 AS x) AS q;
----
error 42702 at 1:8: column "x" is in more than one table
hint: put the table's name and a dot before it

-- WITH.
WITH five AS (SELECT id FROM t WHERE a = 5), more (n) AS (SELECT id + 10 FROM five) SELECT * FROM more ORDER BY n;
----
n
11
13

WITH q AS (SELECT a FROM t) SELECT x.a, COUNT(*) FROM q x, q y GROUP BY x.a ORDER BY x.a;
----
a | count
5 | 6
6 | 3

WITH q AS (SELECT 1 AS n) SELECT * FROM (WITH q AS (SELECT n + 1 AS n FROM q) SELECT n FROM q);
----
n
2

WITH t AS (SELECT 42 AS id) SELECT id FROM t;
----
id
42

WITH q AS (SELECT 1), q AS (SELECT 2) SELECT * FROM q;
----
error 42712 at 1:23: WITH names "q" more than once

WITH q AS (SELECT nope FROM t) SELECT 1;
----
error 42703 at 1:19: column "nope" does not exist

WITH later AS (SELECT * FROM q), q AS (SELECT 1) SELECT * FROM later;
----
error 42P01 at 1:30: table "q" does not exist
hint: did you mean "t"?

INSERT INTO t (a) WITH q AS (SELECT 7 AS n) SELECT n FROM q;
----
ok, 1 row

SELECT a FROM t WHERE id = 4;
----
a
7

WITH RECURSIVE q AS (SELECT 1) SELECT * FROM q;
----
column1
1

-- FETCH is the standard's LIMIT.
SELECT id FROM t ORDER BY id OFFSET 1 ROWS FETCH FIRST 2 ROWS ONLY;
----
id
2
3

SELECT id FROM t ORDER BY id FETCH NEXT ROW ONLY;
----
id
1

SELECT id FROM t ORDER BY id FETCH FIRST 1 ROW WITH TIES;
----
error 0A000 at 1:1: FETCH … WITH TIES is not supported

-- A vector search inside and around other queries.
CREATE TABLE v (id INTEGER PRIMARY KEY, grp TEXT, emb VECTOR(2));
----
ok

INSERT INTO v VALUES (1, 'a', '[0,0]'), (2, 'a', '[1,0]'), (3, 'b', '[2,0]'), (4, 'b', '[3,0]');
----
ok, 4 rows

CREATE INDEX v_emb ON v USING ann (emb) INCLUDE (grp);
----
ok

EXPLAIN SELECT id, d FROM (SELECT id, emb <-> '[1,0]' AS d, grp FROM v) WHERE grp = 'b' ORDER BY d LIMIT 1;
----
QUERY PLAN
AnnTopKPlan on v using v_emb  (rows=1)
  Order: emb <-> '[1,0]'
  Limit: 1
  Index Filter: grp = 'b'

SELECT id, d FROM (SELECT id, emb <-> '[1,0]' AS d, grp FROM v) WHERE grp = 'b' ORDER BY d LIMIT 1;
----
id | d
3 | 1.0

EXPLAIN WITH near AS (SELECT id, emb <-> '[1,0]' AS d FROM v ORDER BY d LIMIT 3) SELECT t.s, near.d FROM near JOIN t ON t.id = near.id ORDER BY near.d;
----
QUERY PLAN
Project  (rows=3)
  Output: t.s, near.d
  ->  Sort  (rows=3)
        Sort Key: near.d
        ->  LookupJoin with t  (rows=3)
              Lookup: t.id = near.id
              ->  Project  (rows=3)
                    Output: id, emb <-> '[1,0]'
                    ->  AnnTopKPlan on v using v_emb  (rows=3)
                          Order: emb <-> '[1,0]'
                          Limit: 3

WITH near AS (SELECT id, emb <-> '[1,0]' AS d FROM v ORDER BY d LIMIT 3) SELECT t.s, near.d FROM near JOIN t ON t.id = near.id ORDER BY near.d, t.s;
----
s | d
y | 0.0
x | 1.0
z | 1.0

-- The search of one order inside another.
SELECT id FROM (SELECT id, emb FROM v ORDER BY emb <-> '[3,0]' LIMIT 2) ORDER BY emb <-> '[0,0]' LIMIT 1;
----
id
3

SELECT id FROM (SELECT id FROM v ORDER BY emb <-> '[0,0]' LIMIT 1) UNION ALL SELECT id FROM (SELECT id FROM v ORDER BY emb <-> '[3,0]' LIMIT 1) ORDER BY id;
----
id
1
4

-- Limits and orders of each level.
SELECT id FROM (SELECT id FROM t ORDER BY id DESC LIMIT 3 OFFSET 1) AS q ORDER BY id LIMIT 1;
----
id
1

SELECT COUNT(*) FROM (SELECT DISTINCT a FROM t) AS q;
----
count
3

SELECT q.*, q.id + 1 AS next FROM (SELECT id FROM t WHERE id < 3) AS q ORDER BY next DESC;
----
id | next
2 | 3
1 | 2

-- The row id of a table is no column of a query.
SELECT rowid FROM (SELECT a FROM t) AS q;
----
error 42703 at 1:8: column "rowid" does not exist

-- Nothing is seen of the query around it, or beside it.
SELECT * FROM t, (SELECT t.a) AS q;
----
error 42P01 at 1:26: FROM has no table "t"

SELECT id FROM ((SELECT id FROM t)) AS q WHERE id = 1;
----
id
1

WITH a AS (SELECT id FROM t WHERE id < 3), b AS (SELECT id + 1 AS id FROM a) SELECT * FROM a UNION SELECT * FROM b ORDER BY id;
----
id
1
2
3

WITH a AS MATERIALIZED (SELECT 1 AS n), b AS NOT MATERIALIZED (SELECT 2 AS n) SELECT a.n, b.n FROM a, b;
----
n | n
1 | 2

WITH a (x, y) AS (SELECT 1) SELECT * FROM a;
----
error 42601 at 1:12: the alias names 2 columns, and there are 1

WITH a AS (SELECT 1 AS n) INSERT INTO t (a) SELECT n FROM a;
----
ok, 1 row

WITH a AS (SELECT 1 AS n) UPDATE t SET a = 2;
----
ok, 5 rows

-- A name of WITH hides a table.
WITH v AS (SELECT 1 AS one) SELECT * FROM v AS w;
----
one
1

INSERT INTO t (a, s) SELECT n, 'copy' FROM (SELECT a AS n FROM t WHERE id = 1) AS q;
----
ok, 1 row

SELECT COUNT(*) FROM t WHERE s = 'copy';
----
count
1
