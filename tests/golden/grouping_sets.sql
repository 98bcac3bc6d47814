-- GROUPING SETS, ROLLUP, CUBE.

CREATE TABLE sales (region TEXT, item TEXT, year INTEGER, amount INTEGER);
----
ok

INSERT INTO sales VALUES ('n', 'x', 1, 10), ('n', 'y', 1, 20), ('s', 'x', 1, 5), ('s', 'x', 2, 7), (NULL, 'y', 2, 1);
----
ok, 5 rows

SELECT region, item, sum(amount), grouping(region), grouping(region, item) FROM sales GROUP BY ROLLUP (region, item) ORDER BY grouping(region, item), region, item;
----
region | item | sum | grouping | grouping
n | x | 10 | 0 | 0
n | y | 20 | 0 | 0
s | x | 12 | 0 | 0
NULL | y | 1 | 0 | 0
n | NULL | 30 | 0 | 1
s | NULL | 12 | 0 | 1
NULL | NULL | 1 | 0 | 1
NULL | NULL | 43 | 1 | 3

SELECT region, item, count(*) FROM sales GROUP BY CUBE (region, item) ORDER BY grouping(region, item), region, item;
----
region | item | count
n | x | 1
n | y | 1
s | x | 2
NULL | y | 1
n | NULL | 2
s | NULL | 2
NULL | NULL | 1
NULL | x | 3
NULL | y | 2
NULL | NULL | 5

SELECT region, year, sum(amount) FROM sales GROUP BY GROUPING SETS ((region), (year), (region, year), ()) HAVING sum(amount) > 6 ORDER BY grouping(region, year), region, year;
----
region | year | sum
n | 1 | 30
s | 2 | 7
n | NULL | 30
s | NULL | 12
NULL | 1 | 35
NULL | 2 | 8
NULL | NULL | 43

-- Sets of several items are combined, and may be written with one another.
SELECT item, region, year, sum(amount) FROM sales GROUP BY item, ROLLUP (region, year) ORDER BY item, grouping(region, year), region, year;
----
item | region | year | sum
x | n | 1 | 10
x | s | 1 | 5
x | s | 2 | 7
x | n | NULL | 10
x | s | NULL | 12
x | NULL | NULL | 22
y | n | 1 | 20
y | NULL | 2 | 1
y | n | NULL | 20
y | NULL | NULL | 1
y | NULL | NULL | 21

SELECT region, count(*) FROM sales GROUP BY GROUPING SETS (ROLLUP (region), ()) ORDER BY region, count(*);
----
region | count
n | 2
s | 2
NULL | 1
NULL | 5
NULL | 5

SELECT (year), sum(amount) FROM sales GROUP BY ROLLUP ((region, year)) ORDER BY year, sum(amount);
----
year | sum
1 | 5
1 | 30
2 | 1
2 | 7
NULL | 43

-- A condition on a key is not one on the rows.
SELECT region, sum(amount) FROM sales GROUP BY ROLLUP (region) HAVING region IS NULL ORDER BY sum(amount);
----
region | sum
NULL | 1
NULL | 43

SELECT * FROM (SELECT region, item, sum(amount) AS total FROM sales GROUP BY GROUPING SETS ((region, item), (region))) AS q WHERE region = 's' AND item IS NULL;
----
region | item | total
s | NULL | 12

EXPLAIN SELECT * FROM (SELECT region, item, sum(amount) AS total FROM sales GROUP BY GROUPING SETS ((region, item), (region))) AS q WHERE region = 's' AND item IS NULL;
----
QUERY PLAN
Project  (rows=1)
  Output: region, item, sum(amount)
  ->  Filter  (rows=1)
        Condition: item IS NULL
        ->  HashAggregate  (rows=1)
              Group Key: region, item
              Grouping Sets: (region, item), (region)
              Aggregates: sum(amount)
              ->  SeqScan on sales  (rows=10)
                    Filter: region = 's'

-- Without rows the empty set has its group.
SELECT region, count(*) FROM sales WHERE amount > 99 GROUP BY ROLLUP (region);
----
region | count
NULL | 0

SELECT count(*), sum(amount) FROM sales WHERE amount > 99 GROUP BY ();
----
count | sum
0 | NULL

SELECT count(*) FROM sales WHERE amount > 99 GROUP BY GROUPING SETS ((), ());
----
count
0
0

SELECT region, count(DISTINCT item), string_agg(item, '' ORDER BY item), rank() OVER (ORDER BY sum(amount) DESC) FROM sales GROUP BY ROLLUP (region) ORDER BY 4, 1;
----
region | count | string_agg | rank
NULL | 2 | xxxyy | 1
n | 2 | xy | 2
s | 1 | xx | 3
NULL | 1 | y | 4

SELECT 1 FROM sales GROUP BY ();
----
column1
1

-- Errors.
SELECT grouping(amount) FROM sales GROUP BY ROLLUP (region);
----
error 42803 at 1:17: the arguments of GROUPING must be expressions of GROUP BY

SELECT grouping(region) FROM sales;
----
error 42803 at 1:8: the arguments of GROUPING must be expressions of GROUP BY

SELECT item FROM sales GROUP BY ROLLUP (region);
----
error 42803 at 1:8: column "item" must be in GROUP BY or inside an aggregate

SELECT 1 FROM sales GROUP BY CUBE (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13);
----
error 54000 at 1:1: GROUP BY stands for more than 4096 sets
