-- generate_series.

SELECT * FROM generate_series(1, 3);
----
generate_series
1
2
3

SELECT n, n * n AS square FROM generate_series(10, 1, -4) AS n ORDER BY n;
----
n | square
2 | 4
6 | 36
10 | 100

SELECT count(*), sum(generate_series) FROM generate_series(1, 5000);
----
count | sum
5000 | 12502500

SELECT a, b FROM generate_series(1, 2) AS a, generate_series(a.a, 2) AS b;
----
a | b
1 | 1
1 | 2
2 | 2

SELECT x, y FROM generate_series(1, 2) AS x CROSS JOIN generate_series(5, 6) AS y ORDER BY x, y;
----
x | y
1 | 5
1 | 6
2 | 5
2 | 6

SELECT * FROM generate_series(9223372036854775806, 9223372036854775807);
----
generate_series
9223372036854775806
9223372036854775807

SELECT * FROM generate_series(1, 0);
----
generate_series

SELECT * FROM generate_series(1, NULL);
----
generate_series

SELECT * FROM generate_series(1, 2, 0);
----
error 22023 at 1:37: the step of generate_series must not be zero

SELECT * FROM generate_series(1.5, 2);
----
error 42804 at 1:31: generate_series takes INTEGER, not REAL

SELECT * FROM generate_series(1);
----
error 42883 at 1:15: generate_series takes the first number and the last one and the step

SELECT x FROM generate_series(1, 1000000000000) AS x LIMIT 2 OFFSET 3000;
----
x
3001
3002

EXPLAIN SELECT x FROM generate_series(1, 3) AS x WHERE x > 1;
----
QUERY PLAN
Filter  (rows=1)
  Condition: x > 1
  ->  TableFunction generate_series  (rows=1)
        Arguments: 1, 3

-- Membership of nothing, and of a table.
SELECT 1 IN (), NULL NOT IN ();
----
column1 | column2
false | true

CREATE TABLE t (a INTEGER);
----
ok

INSERT INTO t VALUES (1), (NULL);
----
ok, 2 rows

SELECT 1 IN t, 2 IN t, 2 NOT IN t, 1 IN "t";
----
column1 | column2 | column3 | column4
true | NULL | NULL | true
