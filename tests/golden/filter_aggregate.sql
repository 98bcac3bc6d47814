-- FILTER: an aggregate of the rows that meet a condition.

CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, s TEXT);
----
ok

INSERT INTO t VALUES (1, 5, 'x'), (2, 6, 'y'), (3, 5, NULL), (4, NULL, 'x'), (5, 0, 'y');
----
ok, 5 rows

SELECT COUNT(*) FILTER (WHERE a > 4), COUNT(a) FILTER (WHERE s = 'x'), SUM(a) FILTER (WHERE s = 'y'), AVG(a) FILTER (WHERE FALSE), MIN(a) FILTER (WHERE a > 0), MAX(s) FILTER (WHERE id < 2) FROM t;
----
count | count | sum | avg | min | max
3 | 1 | 6 | NULL | 5 | x

SELECT s, COUNT(*), COUNT(*) FILTER (WHERE a IS NULL) AS n FROM t GROUP BY s ORDER BY s;
----
s | count | n
x | 2 | 1
y | 2 | 0
NULL | 1 | 0

SELECT COUNT(DISTINCT a) FILTER (WHERE id < 4), COUNT(DISTINCT a) FROM t;
----
count | count
2 | 3

-- What the condition excludes is not computed.
SELECT SUM(10 / a) FILTER (WHERE a <> 0) FROM t;
----
sum
5

SELECT s FROM t GROUP BY s HAVING COUNT(*) FILTER (WHERE a = 5) > 0 ORDER BY COUNT(*) FILTER (WHERE a = 5), s;
----
s
x
NULL

SELECT COUNT(*) FILTER (WHERE EXISTS (SELECT 1 FROM t u WHERE u.a = t.a AND u.id <> t.id)) FROM t;
----
count
2

SELECT abs(a) FILTER (WHERE a > 1) FROM t;
----
error 42P16 at 1:8: FILTER is for aggregates, and abs is none

SELECT COUNT(*) FILTER (WHERE a) FROM t;
----
error 42804 at 1:31: FILTER takes BOOLEAN, not INTEGER

SELECT COUNT(*) FILTER (WHERE COUNT(*) > 1) FROM t;
----
error 42803 at 1:31: an aggregate is not allowed in FILTER
