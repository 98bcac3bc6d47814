-- Row values: compared field by field.

SELECT (1, 2) = (1, 2) AS a, (1, 2) <> (1, 3) AS b, (1, 2) < (1, 3) AS c, (2, 1) <= (1, 9) AS d, (1, NULL) = (2, NULL) AS e, (1, NULL) = (1, NULL) AS f;
----
a | b | c | d | e | f
true | true | true | false | false | NULL

SELECT (1, NULL) < (2, NULL) AS a, (1, NULL) < (1, 2) AS b, (1, 2, 3) > (1, 2, 2) AS c, (1, 2) IS DISTINCT FROM (1, NULL) AS d, (1, NULL) IS NOT DISTINCT FROM (1, NULL) AS e;
----
a | b | c | d | e
true | NULL | true | true | true

SELECT (1, 2) IN ((3, 4), (1, 2)) AS a, (1, 2) NOT IN ((3, 4)) AS b, (1, NULL) IN ((1, 2)) AS c, (1, 5) BETWEEN (1, 2) AND (2, 0) AS d;
----
a | b | c | d
true | true | NULL | true

SELECT (1, 2) = (1, 2, 3);
----
error 42601 at 1:9: row values of 2 and 3 fields are compared

SELECT (1, 2) + (1, 2);
----
error 0A000 at 1:9: an operator between row values that does not compare is not supported

CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b TEXT);
----
ok

INSERT INTO t SELECT n, n % 5, 'b' || n % 3 FROM generate_series(1, 20) AS g (n);
----
ok, 20 rows

CREATE INDEX i ON t (a, b, id);
----
ok

-- The page behind a row.
SELECT a, b, id FROM t WHERE (a, b, id) > (3, 'b1', 8) ORDER BY a, b, id LIMIT 4;
----
a | b | id
3 | b1 | 13
3 | b2 | 8
4 | b0 | 9
4 | b1 | 4

EXPLAIN SELECT a, b, id FROM t WHERE (a, b, id) > (3, 'b1', 8) ORDER BY a, b, id LIMIT 4;
----
QUERY PLAN
Limit  (rows=4)
  Limit: 4
  ->  IndexOnlyScan on t using i  (rows=112)
        Index Cond: a >= 3
        Filter: a > 3 OR a = 3 AND (b > 'b1' OR b = 'b1' AND id > 8)

UPDATE t SET b = 'x' WHERE (a, b) IN ((0, 'b0'), (1, 'b1'));
----
ok, 3 rows
