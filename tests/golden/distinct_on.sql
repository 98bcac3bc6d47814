-- DISTINCT ON: the first row for each value.

CREATE TABLE t (id INTEGER PRIMARY KEY, g TEXT, n INTEGER);
----
ok

INSERT INTO t VALUES (1, 'a', 2), (2, 'a', 4), (3, 'b', 7), (4, 'b', NULL), (5, NULL, 1), (6, NULL, 0);
----
ok, 6 rows

SELECT DISTINCT ON (g) g, id, n FROM t ORDER BY g, n DESC;
----
g | id | n
a | 2 | 4
b | 4 | NULL
NULL | 5 | 1

SELECT DISTINCT ON (g) g, id FROM t ORDER BY g DESC NULLS LAST, n NULLS FIRST LIMIT 2;
----
g | id
b | 4
a | 1

SELECT DISTINCT ON (1) g, id FROM t ORDER BY 1, 2 DESC;
----
g | id
a | 2
b | 4
NULL | 6

SELECT DISTINCT ON (letter, n > 1) g AS letter, n FROM t ORDER BY n > 1, letter, id;
----
letter | n
NULL | 1
a | 2
b | 7
b | NULL

SELECT DISTINCT ON (count(*)) count(*), g FROM t GROUP BY g ORDER BY count(*), g;
----
count | g
2 | a

SELECT count(*) FROM (SELECT DISTINCT ON (g) id FROM t) AS q;
----
count
3

SELECT id, (SELECT DISTINCT ON (g) u.n FROM t AS u WHERE u.g = t.g ORDER BY g, u.n DESC NULLS LAST) FROM t ORDER BY id;
----
id | n
1 | 4
2 | 4
3 | 7
4 | 7
5 | NULL
6 | NULL

EXPLAIN SELECT DISTINCT ON (g) g, id FROM t ORDER BY g, n DESC;
----
QUERY PLAN
Project  (rows=10)
  Output: g, id
  ->  Sort  (rows=10)
        Sort Key: g, n DESC
        ->  Filter  (rows=10)
              Condition: row_number() = 1
              ->  WindowPlan  (rows=1000)
                    Partition Key: g
                    Order Key: g, n DESC
                    Functions: row_number()
                    ->  Sort  (rows=1000)
                          Sort Key: g, n DESC
                          ->  SeqScan on t  (rows=1000)

SELECT DISTINCT ON (g) g, id FROM t ORDER BY n;
----
error 42P10 at 1:46: ORDER BY must begin with the expressions of DISTINCT ON

SELECT DISTINCT ON (g, n) g, id FROM t ORDER BY g, id;
----
error 42P10 at 1:30: ORDER BY must begin with the expressions of DISTINCT ON

-- A name of the select list that an expression suggests is one that ORDER BY may say.
SELECT count(*), g FROM t GROUP BY g ORDER BY count DESC, g;
----
count | g
2 | a
2 | b
2 | NULL

SELECT (SELECT u.n FROM t AS u WHERE u.id = 7 - t.id) FROM t ORDER BY n NULLS FIRST;
----
n
NULL
0
1
2
4
7
