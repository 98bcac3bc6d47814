-- Row values: compared field by field.

SELECT (1, 2) = (1, 2) AS a, (1, 2) <> (1, 3) AS b, (1, 2) < (1, 3) AS c, (2, 1) <= (1, 9) AS d, (1, NULL) = (2, NULL) AS e, (1, NULL) = (1, NULL) AS f;
----

SELECT (1, NULL) < (2, NULL) AS a, (1, NULL) < (1, 2) AS b, (1, 2, 3) > (1, 2, 2) AS c, (1, 2) IS DISTINCT FROM (1, NULL) AS d, (1, NULL) IS NOT DISTINCT FROM (1, NULL) AS e;
----

SELECT (1, 2) IN ((3, 4), (1, 2)) AS a, (1, 2) NOT IN ((3, 4)) AS b, (1, NULL) IN ((1, 2)) AS c, (1, 5) BETWEEN (1, 2) AND (2, 0) AS d;
----

SELECT (1, 2) = (1, 2, 3);
----

SELECT (1, 2) + (1, 2);
----

CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b TEXT);
----

INSERT INTO t SELECT n, n % 5, 'b' || n % 3 FROM generate_series(1, 20) AS g (n);
----

CREATE INDEX i ON t (a, b, id);
----

-- The page behind a row.
SELECT a, b, id FROM t WHERE (a, b, id) > (3, 'b1', 8) ORDER BY a, b, id LIMIT 4;
----

EXPLAIN SELECT a, b, id FROM t WHERE (a, b, id) > (3, 'b1', 8) ORDER BY a, b, id LIMIT 4;
----

UPDATE t SET b = 'x' WHERE (a, b) IN ((0, 'b0'), (1, 'b1'));
----
