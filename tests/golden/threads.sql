-- How many threads an exact vector search may run on; small tables are searched on one.

PRAGMA threads = 2;
----
ok

SHOW threads;
----
threads
2

CREATE TABLE small (id INTEGER PRIMARY KEY, emb VECTOR(3));
----
ok

CREATE TABLE large (id INTEGER PRIMARY KEY, part INTEGER, emb VECTOR(3));
----
ok

INSERT INTO large WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000) SELECT i, i % 10, CAST('[' || i::TEXT || ',0,1]' AS VECTOR(3)) FROM n;
----
ok, 9000 rows

EXPLAIN SELECT id FROM small ORDER BY emb <-> '[1,0,0]' LIMIT 3;
----
QUERY PLAN
VectorTopKPlan on small  (rows=3)
  Order: emb <-> '[1,0,0]'
  Limit: 3
  Exact: no ann index on the column

EXPLAIN SELECT id FROM large ORDER BY emb <-> '[1,0,0]' LIMIT 3;
----
QUERY PLAN
VectorTopKPlan on large  (rows=3)
  Order: emb <-> '[1,0,0]'
  Limit: 3
  Exact: no ann index on the column
  Threads: up to 2

EXPLAIN SELECT id FROM large WHERE part = 3 ORDER BY emb <-> '[1,0,0]' LIMIT 3;
----
QUERY PLAN
VectorTopKPlan on large  (rows=3)
  Order: emb <-> '[1,0,0]'
  Limit: 3
  Exact: no ann index on the column
  Threads: up to 2
  ->  SeqScan on large  (rows=90)
        Filter: part = 3

EXPLAIN SELECT id FROM large WHERE id IN (5, 6) ORDER BY emb <-> '[1,0,0]' LIMIT 3;
----
QUERY PLAN
VectorTopKPlan on large  (rows=3)
  Order: emb <-> '[1,0,0]'
  Limit: 3
  Exact: no ann index on the column
  ->  PkLookup on large  (rows=2)
        Key: id IN (5, 6)

SELECT id, emb <-> '[7000,0,1]' AS distance FROM large ORDER BY distance LIMIT 5;
----
id | distance
7000 | 0.0
6999 | 1.0
7001 | 1.0
6998 | 2.0
7002 | 2.0

SELECT id FROM large WHERE part = 3 AND id > 4000 ORDER BY emb <-> '[0,0,1]' LIMIT 3;
----
id
4003
4013
4023

SELECT id FROM large ORDER BY emb <-> '[0,0,1]' DESC LIMIT 3;
----
id
9000
8999
8998

-- As many as the machine has processors.
RESET threads;
----
ok

PRAGMA threads = 1;
----
ok

EXPLAIN SELECT id FROM large ORDER BY emb <-> '[1,0,0]' LIMIT 3;
----
QUERY PLAN
VectorTopKPlan on large  (rows=3)
  Order: emb <-> '[1,0,0]'
  Limit: 3
  Exact: no ann index on the column

PRAGMA threads = 0;
----
error 22023 at 1:18: expected a number from 1 on, or DEFAULT, not 0

SET threads = two;
----
error 22023 at 1:15: expected a number from 1 on, or DEFAULT, not two
