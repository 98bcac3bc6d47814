-- GROUPING SETS, ROLLUP, CUBE.

CREATE TABLE sales (region TEXT, item TEXT, year INTEGER, amount INTEGER);
----
ok

INSERT INTO sales VALUES ('n', 'x', 1, 10), ('n', 'y', 1, 20), ('s', 'x', 1, 5), ('s', 'x', 2, 7), (NULL, 'y', 2, 1);
----
ok, 5 rows

SELECT region, item, sum(amount), grouping(region), grouping(region, item) FROM sales GROUP BY ROLLUP (region, item) ORDER BY grouping(region, item), region, item;
----
error 0A000 at 1:104: ROLLUP is not supported

SELECT region, item, count(*) FROM sales GROUP BY CUBE (region, item) ORDER BY grouping(region, item), region, item;
----
error 0A000 at 1:57: CUBE is not supported

SELECT region, year, sum(amount) FROM sales GROUP BY GROUPING SETS ((region), (year), (region, year), ()) HAVING sum(amount) > 6 ORDER BY grouping(region, year), region, year;
----
error 0A000 at 1:70: GROUPING SETS is not supported

-- Sets of several items are combined, and may be written with one another.
SELECT item, region, year, sum(amount) FROM sales GROUP BY item, ROLLUP (region, year) ORDER BY item, grouping(region, year), region, year;
----
error 0A000 at 1:74: ROLLUP is not supported

SELECT region, count(*) FROM sales GROUP BY GROUPING SETS (ROLLUP (region), ()) ORDER BY region, count(*);
----
error 0A000 at 1:60: GROUPING SETS is not supported

SELECT (year), sum(amount) FROM sales GROUP BY ROLLUP ((region, year)) ORDER BY year, sum(amount);
----
error 0A000 at 1:57: ROLLUP is not supported

-- A condition on a key is not one on the rows.
SELECT region, sum(amount) FROM sales GROUP BY ROLLUP (region) HAVING region IS NULL ORDER BY sum(amount);
----
error 0A000 at 1:56: ROLLUP is not supported

SELECT * FROM (SELECT region, item, sum(amount) AS total FROM sales GROUP BY GROUPING SETS ((region, item), (region))) AS q WHERE region = 's' AND item IS NULL;
----
error 0A000 at 1:94: GROUPING SETS is not supported

EXPLAIN SELECT * FROM (SELECT region, item, sum(amount) AS total FROM sales GROUP BY GROUPING SETS ((region, item), (region))) AS q WHERE region = 's' AND item IS NULL;
----
error 0A000 at 1:102: GROUPING SETS is not supported

-- Without rows the empty set has its group.
SELECT region, count(*) FROM sales WHERE amount > 99 GROUP BY ROLLUP (region);
----
error 0A000 at 1:71: ROLLUP is not supported

SELECT count(*), sum(amount) FROM sales WHERE amount > 99 GROUP BY ();
----
error 0A000 at 1:1: a row value is not supported

SELECT count(*) FROM sales WHERE amount > 99 GROUP BY GROUPING SETS ((), ());
----
error 0A000 at 1:1: GROUPING SETS is not supported

SELECT region, count(DISTINCT item), string_agg(item, '' ORDER BY item), rank() OVER (ORDER BY sum(amount) DESC) FROM sales GROUP BY ROLLUP (region) ORDER BY 4, 1;
----
error 0A000 at 1:142: ROLLUP is not supported

SELECT 1 FROM sales GROUP BY ();
----
error 0A000 at 1:1: a row value is not supported

-- Errors.
SELECT grouping(amount) FROM sales GROUP BY ROLLUP (region);
----
error 0A000 at 1:53: ROLLUP is not supported

SELECT grouping(region) FROM sales;
----
error 42883 at 1:8: function grouping does not exist

SELECT item FROM sales GROUP BY ROLLUP (region);
----
error 0A000 at 1:41: ROLLUP is not supported

SELECT 1 FROM sales GROUP BY CUBE (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13);
----
error 0A000 at 1:36: CUBE is not supported
