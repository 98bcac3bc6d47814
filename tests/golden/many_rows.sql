-- Queries over more rows than a batch holds; every number can be worked out by hand.

CREATE TABLE big (id INTEGER PRIMARY KEY, m INTEGER, s TEXT);
----
ok

INSERT INTO big WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 5000) SELECT x, x % 7, CASE WHEN x % 5 = 0 THEN NULL ELSE 's' || (x % 11)::TEXT END FROM n;
----
ok, 5000 rows

SELECT COUNT(*), SUM(id), COUNT(s), COUNT(*) FILTER (WHERE m = 0) FROM big;
----
count | sum | count | count
5000 | 12502500 | 4000 | 714

SELECT COUNT(*), COUNT(b.id), SUM(b.id) FROM big a LEFT JOIN big b ON b.id = a.id + 2500;
----
count | count | sum
5000 | 2500 | 9376250

SELECT COUNT(*), COUNT(a.id), SUM(b.id) FROM big a RIGHT JOIN big b ON b.id = a.id + 2500;
----
count | count | sum
5000 | 2500 | 12502500

SELECT COUNT(*), COUNT(a.id), COUNT(b.id) FROM big a FULL JOIN big b ON b.id = a.id + 2500;
----
count | count | count
7500 | 5000 | 5000

-- A nested loop: 4950 pairs, and 21 rows without a partner.
SELECT COUNT(*), COUNT(b.id) FROM (SELECT id FROM big WHERE id <= 120) AS a LEFT JOIN big b ON b.id > 4900 + a.id;
----
count | count
4971 | 4950

SELECT COUNT(*), COUNT(a.id) FROM (SELECT id FROM big WHERE id <= 120) AS a RIGHT JOIN big b ON b.id > 4900 + a.id;
----
count | count
9851 | 4950

-- Lookups, of rows that are there and of rows that are not.
SELECT COUNT(*), COUNT(b.id) FROM (SELECT id FROM big WHERE id IN (1, 2000, 4000)) AS a LEFT JOIN big b ON b.id = a.id * 2;
----
count | count
3 | 2

SELECT COUNT(*) FROM (SELECT m FROM big UNION SELECT id FROM big) AS q;
----
count
5001

SELECT COUNT(*), SUM(n) FROM (SELECT m AS n FROM big UNION ALL SELECT id FROM big) AS q;
----
count | sum
10000 | 12517497

SELECT COUNT(*) FROM (SELECT id FROM big INTERSECT SELECT m FROM big) AS q;
----
count
6

SELECT COUNT(*) FROM (SELECT m FROM big EXCEPT ALL SELECT m FROM big WHERE id <= 70) AS q;
----
count
4930

SELECT COUNT(*) FROM (SELECT m FROM big INTERSECT ALL SELECT m FROM big WHERE id <= 70) AS q;
----
count
70

SELECT COUNT(*) FROM big a WHERE EXISTS (SELECT 1 FROM big b WHERE b.id = a.id + 1 AND b.m = 3);
----
count
714

SELECT COUNT(*) FROM big a WHERE NOT EXISTS (SELECT 1 FROM big b WHERE b.id = a.id + 1 AND b.m = 3);
----
count
4286

SELECT SUM((SELECT COUNT(*) FROM big b WHERE b.id > a.id AND b.id < a.id + 3)) FROM big a;
----
sum
9997

SELECT COUNT(*) FROM big WHERE id IN (SELECT m FROM big);
----
count
6

SELECT COUNT(*) FROM big WHERE s NOT IN (SELECT s FROM big WHERE id < 4);
----
count
2908

SELECT COUNT(*) FROM big WHERE 'zz' NOT IN (SELECT s FROM big);
----
count
0

SELECT COUNT(*), SUM(q.id) FROM big a, LATERAL (SELECT id FROM big b WHERE b.id > a.id ORDER BY b.id LIMIT 2) AS q WHERE a.id > 4000;
----
count | sum
1997 | 8988996

SELECT COUNT(*), COUNT(q.id) FROM big a LEFT JOIN LATERAL (SELECT id FROM big b WHERE b.id > a.id + 3000) AS q ON TRUE WHERE a.id > 1000;
----
count | count
502501 | 499500

-- Changes through what looks rows up.
DELETE FROM big WHERE id IN (SELECT m * 100 FROM big WHERE id = 3);
----
ok, 1 row

UPDATE big SET s = 'changed' WHERE id IN (SELECT m * 1000 FROM big WHERE id BETWEEN 1 AND 6);
----
ok, 5 rows

SELECT id FROM big WHERE s = 'changed' OR id BETWEEN 299 AND 301 ORDER BY id;
----
id
299
301
1000
2000
3000
4000
5000

DELETE FROM big WHERE EXISTS (SELECT 1 FROM big b WHERE b.id = big.id + 1);
----
ok, 4997 rows

SELECT id FROM big ORDER BY id;
----
id
299
5000
