-- Aggregates beside COUNT, SUM, AVG, MIN and MAX.

CREATE TABLE t (id INTEGER PRIMARY KEY, g TEXT, n INTEGER, r REAL, b BOOLEAN, s TEXT);
----
ok

INSERT INTO t VALUES (1, 'a', 2, 1.5, TRUE, 'x'), (2, 'a', 4, 2.5, FALSE, 'z'), (3, 'a', 4, NULL, NULL, NULL), (4, 'b', 7, 4.0, TRUE, 'y'), (5, 'b', NULL, 1.0, TRUE, 'y'), (6, 'c', NULL, NULL, NULL, NULL);
----
ok, 6 rows

SELECT g, bool_and(b), bool_or(b), every(b), bit_and(n), bit_or(n), bit_xor(n) FROM t GROUP BY g ORDER BY g;
----
g | bool_and | bool_or | every | bit_and | bit_or | bit_xor
a | false | true | false | 0 | 6 | 2
b | true | true | true | 7 | 7 | 7
c | NULL | NULL | NULL | NULL | NULL | NULL

SELECT g, var_pop(n), var_samp(n), stddev_pop(r), stddev(r), variance(n), stddev_samp(n) FROM t GROUP BY g ORDER BY g;
----
g | var_pop | var_samp | stddev_pop | stddev | variance | stddev_samp
a | 0.8888888888888888 | 1.3333333333333333 | 0.5 | 0.7071067811865476 | 1.3333333333333333 | 1.1547005383792515
b | 0.0 | NULL | 1.5 | 2.1213203435596424 | NULL | NULL
c | NULL | NULL | NULL | NULL | NULL | NULL

SELECT var_pop(x), var_samp(x), stddev(x) FROM (VALUES (1000000004.0), (1000000007.0), (1000000013.0), (1000000016.0)) AS v (x);
----
var_pop | var_samp | stddev
22.5 | 30.0 | 5.477225575051661

SELECT var_pop(x), avg(x) FROM (VALUES (100000003.0), (100000004.0), (100000006.0), (100000007.0)) AS v (x);
----
var_pop | avg
2.5 | 100000005.0

-- Texts, in the order of rows or in one of their own.
SELECT g, string_agg(s, ', ' ORDER BY s DESC), string_agg(s, '' ORDER BY id), group_concat(n ORDER BY id) FROM t GROUP BY g ORDER BY g;
----
g | string_agg | string_agg | group_concat
a | z, x | xz | 2,4,4
b | y, y | yy | 7
c | NULL | NULL | NULL

SELECT string_agg(DISTINCT s, '-' ORDER BY s), string_agg(s, NULL ORDER BY g DESC, id), group_concat(DISTINCT g ORDER BY g) FROM t;
----
string_agg | string_agg | group_concat
x-y-z | yyxz | a,b,c

SELECT string_agg(s, ',' ORDER BY n NULLS FIRST, id) FILTER (WHERE g <> 'a'), sum(n ORDER BY id), count(s ORDER BY r) FROM t;
----
string_agg | sum | count
y,y | 17 | 4

-- Over frames.
SELECT id, string_agg(s, '') OVER (ORDER BY id), string_agg(s, '') OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING), bool_or(b) OVER (ORDER BY id ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING), bit_or(n) OVER (ORDER BY id ROWS 1 PRECEDING), var_pop(n) OVER (ORDER BY id ROWS 2 PRECEDING) FROM t ORDER BY id;
----
id | string_agg | string_agg | bool_or | bit_or | var_pop
1 | x | xz | true | 2 | 0.0
2 | xz | xz | false | 6 | 1.0
3 | xz | zy | true | 4 | 0.8888888888888888
4 | xzy | yy | true | 7 | 2.0
5 | xzyy | yy | true | 7 | 2.25
6 | xzyy | y | NULL | NULL | 0.0

EXPLAIN SELECT string_agg(DISTINCT s, '-' ORDER BY s DESC), stddev(n) FROM t;
----
QUERY PLAN
HashAggregate  (rows=1)
  Aggregates: string_agg(DISTINCT s, '-' ORDER BY s DESC), stddev_samp(n)
  ->  SeqScan on t  (rows=1000)

-- No rows.
SELECT bool_and(b), bit_or(n), stddev(n), string_agg(s, ',') FROM t WHERE id > 9;
----
bool_and | bit_or | stddev | string_agg
NULL | NULL | NULL | NULL

-- Errors.
SELECT bool_and(n) FROM t;
----
error 42883 at 1:17: function bool_and(INTEGER) does not exist
hint: convert the arguments with CAST

SELECT bit_and(r) FROM t;
----
error 42883 at 1:16: function bit_and(REAL) does not exist
hint: convert the arguments with CAST

SELECT stddev(s) FROM t;
----
error 42883 at 1:15: function stddev(TEXT) does not exist
hint: convert the arguments with CAST

SELECT string_agg(n, ',') FROM t;
----
error 42883 at 1:19: function string_agg(INTEGER) does not exist
hint: convert the arguments with CAST

SELECT string_agg(s) FROM t;
----
error 42883 at 1:8: function string_agg does not take 1 argument

SELECT string_agg(s, g) FROM t;
----
error 0A000 at 1:22: a separator that is not constant is not supported

SELECT string_agg(DISTINCT s, ',' ORDER BY id) FROM t;
----
error 42P10 at 1:8: with DISTINCT, ORDER BY inside an aggregate takes only its argument

SELECT lower(s ORDER BY s) FROM t;
----
error 42P16 at 1:8: DISTINCT and ORDER BY are for aggregates, and lower is none

SELECT string_agg(s, ',' ORDER BY id) OVER () FROM t;
----
error 0A000 at 1:8: DISTINCT or ORDER BY among the arguments of a window function is not supported

-- An aggregate of columns of a query around belongs to that one.
SELECT (SELECT max((SELECT i.n FROM t AS i WHERE i.id = o.id))) FROM t AS o;
----
error 0A000 at 1:16: an aggregate of columns of a query around this one, with a query in it is not supported
