-- Aggregates, groups and what may stand beside them.

CREATE TABLE sale (id INTEGER PRIMARY KEY, shop TEXT, item TEXT, n INTEGER, price REAL);
----
ok

INSERT INTO sale (shop, item, n, price) VALUES ('north', 'pen', 3, 1.5), ('north', 'ink', 1, 7), ('south', 'pen', 10, 1.25), ('south', 'pen', 2, NULL), (NULL, 'ink', 4, 6.5);
----
ok, 5 rows

SELECT COUNT(*), SUM(n), AVG(n), MIN(price), MAX(item) FROM sale;
----
count | sum | avg | min | max
5 | 20 | 4.0 | 1.25 | pen

SELECT shop, COUNT(*), SUM(n * price) FROM sale GROUP BY shop ORDER BY shop;
----
shop | count | sum
north | 2 | 11.5
south | 2 | 12.5
NULL | 1 | 26.0

SELECT item, COUNT(DISTINCT shop) AS shops FROM sale GROUP BY item ORDER BY shops DESC, item;
----
item | shops
pen | 2
ink | 1

SELECT shop, item, SUM(n) AS total FROM sale GROUP BY shop, item HAVING SUM(n) > 3 ORDER BY total;
----
shop | item | total
NULL | ink | 4
south | pen | 12

SELECT LENGTH(item) AS l, COUNT(*) FROM sale GROUP BY LENGTH(item);
----
l | count
3 | 5

SELECT COUNT(*), SUM(n), AVG(n), MAX(n) FROM sale WHERE shop = 'east';
----
count | sum | avg | max
0 | NULL | NULL | NULL

SELECT shop, COUNT(*) FROM sale WHERE shop = 'east' GROUP BY shop;
----
shop | count

SELECT shop, n FROM sale GROUP BY shop;
----
error 42803 at 1:14: column "n" must be in GROUP BY or inside an aggregate

SELECT shop FROM sale WHERE COUNT(*) > 1;
----
error 42803 at 1:29: an aggregate is not allowed in WHERE

SELECT SUM(COUNT(*)) FROM sale;
----
error 42803 at 1:12: an aggregate is not allowed in an aggregate

SELECT SUM(item) FROM sale;
----
error 42883 at 1:12: function sum(TEXT) does not exist
hint: convert the arguments with CAST

SELECT SUM(n) FROM (VALUES (1)) AS v (n);
----
sum
1

INSERT INTO sale (n) VALUES (9223372036854775807);
----
ok, 1 row

SELECT SUM(n) FROM sale;
----
error 22003: INTEGER value out of range

SELECT COUNT(*) * 2 + 1 FROM sale HAVING COUNT(*) > 3;
----
column1
13
