-- UNION, INTERSECT, EXCEPT.

SELECT 1 UNION SELECT 2 UNION SELECT 1 ORDER BY 1;
----
column1
1
2

SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 1 ORDER BY 1;
----
column1
1
1
2

VALUES (1), (2), (2), (3), (NULL) INTERSECT VALUES (2), (2), (NULL), (4) ORDER BY 1;
----
column1
2
NULL

VALUES (1), (2), (2), (3), (NULL) INTERSECT ALL VALUES (2), (2), (NULL), (4) ORDER BY 1;
----
column1
2
2
NULL

VALUES (1), (2), (2), (3), (3) EXCEPT VALUES (2) ORDER BY 1;
----
column1
1
3

VALUES (1), (2), (2), (3), (3) EXCEPT ALL VALUES (2), (3) ORDER BY 1;
----
column1
1
2
3

-- INTERSECT binds tighter; the others go from left to right.
SELECT 1 UNION SELECT 2 INTERSECT SELECT 3;
----
column1
1

(SELECT 1 UNION SELECT 2) INTERSECT SELECT 2;
----
column1
2

SELECT 1 EXCEPT SELECT 1 UNION SELECT 1;
----
column1
1

-- Types agree; the first query names the columns.
SELECT 1 AS n UNION SELECT 2.5 ORDER BY n DESC;
----
n
2.5
1.0

SELECT NULL AS n UNION ALL SELECT 'x' ORDER BY n;
----
n
x
NULL

SELECT 1 UNION SELECT 'x'::TEXT;
----
error 42804 at 1:23: UNION: INTEGER and TEXT do not go together
hint: convert one side with CAST

SELECT 1, 2 UNION SELECT 3;
----
error 42601 at 1:1: each query of UNION must have the same number of columns

SELECT 1 AS n UNION SELECT 2 ORDER BY n + 1;
----
n
1
2

SELECT 1 AS n UNION SELECT 2 ORDER BY m;
----
error 42703 at 1:39: column "m" does not exist
hint: did you mean "n"?

-- An order and a limit of an input stand in parentheses.
(SELECT 3 AS n UNION SELECT 1 UNION SELECT 2 ORDER BY n LIMIT 2) UNION ALL (SELECT 9 LIMIT 1) ORDER BY n DESC LIMIT 2;
----
n
9
2

CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, s TEXT);
----
ok

INSERT INTO t VALUES (1, 5, 'x'), (2, 6, 'y'), (3, 5, NULL);
----
ok, 3 rows

-- A condition goes into each input.
EXPLAIN SELECT n FROM (SELECT id AS n, s FROM t UNION ALL SELECT a, s FROM t) WHERE n = 2;
----
QUERY PLAN
Project  (rows=11)
  Output: n
  ->  Append  (rows=11)
        ->  Project  (rows=1)
              Output: id, s
              ->  PkLookup on t  (rows=1)
                    Key: id = 2
        ->  Project  (rows=10)
              Output: a, s
              ->  SeqScan on t  (rows=10)
                    Filter: a = 2

SELECT n, s FROM (SELECT id AS n, s FROM t UNION ALL SELECT a, s FROM t) WHERE n > 2 ORDER BY n, s;
----
n | s
3 | NULL
5 | x
5 | NULL
6 | y

EXPLAIN SELECT a FROM t UNION SELECT id FROM t;
----
QUERY PLAN
HashAggregate  (rows=200)
  Group Key: a
  ->  Append  (rows=2000)
        ->  Project  (rows=1000)
              Output: a
              ->  SeqScan on t  (rows=1000)
        ->  Project  (rows=1000)
              Output: id
              ->  SeqScan on t  (rows=1000)

EXPLAIN SELECT a FROM t EXCEPT ALL SELECT id FROM t ORDER BY 1;
----
QUERY PLAN
Sort  (rows=1000)
  Sort Key: a
  ->  HashSetOperation EXCEPT ALL  (rows=1000)
        ->  Project  (rows=1000)
              Output: a
              ->  SeqScan on t  (rows=1000)
        ->  Project  (rows=1000)
              Output: id
              ->  SeqScan on t  (rows=1000)

SELECT a, s FROM t EXCEPT SELECT 5, NULL;
----
a | s
5 | x
6 | y

SELECT COUNT(*), SUM(n) FROM (SELECT a AS n FROM t UNION SELECT id FROM t) AS u;
----
count | sum
5 | 17

INSERT INTO t (a) SELECT id FROM t UNION ALL SELECT a FROM t;
----
ok, 6 rows

SELECT COUNT(*) FROM t;
----
count
9

-- NULLs alone, vectors, parameters' places.
SELECT NULL UNION SELECT NULL;
----
column1
NULL

SELECT NULL UNION SELECT NULL UNION ALL SELECT 3 ORDER BY 1;
----
column1
3
NULL

SELECT '[1,2]'::VECTOR(2) AS v UNION SELECT '[1,2]'::VECTOR(2);
----
v
[1, 2]

SELECT 1 AS a, 2 AS b UNION SELECT 1, 2 UNION ALL SELECT 1, 3 EXCEPT SELECT 1, 2;
----
a | b
1 | 3

-- -0.0 and 0.0 are the same value.
SELECT 0.0 AS z UNION SELECT -0.0;
----
z
0.0

SELECT COUNT(*) FROM (SELECT id FROM t UNION ALL SELECT id FROM t UNION ALL SELECT id FROM t) WHERE id <= 2;
----
count
6

SELECT * FROM t WHERE id = 1 UNION ALL SELECT * FROM t WHERE id = 2;
----
id | a | s
1 | 5 | x
2 | 6 | y

(SELECT id FROM t ORDER BY id DESC LIMIT 1) INTERSECT (SELECT id FROM t LIMIT 100);
----
id
9

SELECT id FROM t INTERSECT SELECT a FROM t INTERSECT VALUES (5), (6) ORDER BY id;
----
id
5
6

SELECT id FROM t ORDER BY id LIMIT 1 UNION SELECT 2;
----
error 42601 at 1:38: syntax error: unexpected UNION

-- A row that would fail is not looked at where its input excludes it.
SELECT n FROM (SELECT 10 / id AS n FROM t WHERE id > 0 UNION ALL SELECT 1) WHERE n > 5 ORDER BY n;
----
n
10
