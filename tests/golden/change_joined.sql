-- UPDATE … FROM, DELETE … USING, ORDER BY and LIMIT of both, WITH before them.

CREATE TABLE t (id INTEGER PRIMARY KEY, g INTEGER, n INTEGER);
----
ok

CREATE TABLE other (g INTEGER, add_n INTEGER);
----
ok

INSERT INTO t VALUES (1, 1, 10), (2, 1, 20), (3, 2, 30), (4, 3, 40);
----
ok, 4 rows

INSERT INTO other VALUES (1, 100), (2, 200), (2, 200);
----
ok, 3 rows

UPDATE t SET n = n + add_n FROM other WHERE other.g = t.g RETURNING id, n, other.*;
----
id | n | g | add_n
1 | 110 | 1 | 100
2 | 120 | 1 | 100
3 | 230 | 2 | 200

SELECT * FROM t ORDER BY id;
----
id | g | n
1 | 1 | 110
2 | 1 | 120
3 | 2 | 230
4 | 3 | 40

UPDATE t AS x SET n = s.total FROM (SELECT g, sum(add_n) AS total FROM other GROUP BY g) AS s WHERE s.g = x.g AND x.id > 1;
----
ok, 2 rows

UPDATE t SET n = 0 FROM other AS a, other AS b WHERE a.g = t.g AND b.g = a.g AND a.add_n = 100;
----
ok, 2 rows

SELECT * FROM t ORDER BY id;
----
id | g | n
1 | 1 | 0
2 | 1 | 0
3 | 2 | 400
4 | 3 | 40

UPDATE t SET n = n + 1 FROM t AS mine WHERE mine.id = t.id + 1;
----
error 42702 at 1:18: column "n" is in more than one table
hint: put the table's name and a dot before it

SELECT * FROM t ORDER BY id;
----
id | g | n
1 | 1 | 0
2 | 1 | 0
3 | 2 | 400
4 | 3 | 40

DELETE FROM t USING other WHERE t.g = other.g AND other.add_n = 200 RETURNING t.id, add_n;
----
id | add_n
3 | 200

DELETE FROM t AS x USING t AS y WHERE x.g = y.g AND x.id > y.id;
----
ok, 1 row

SELECT * FROM t ORDER BY id;
----
id | g | n
1 | 1 | 0
4 | 3 | 40

EXPLAIN UPDATE t SET n = add_n FROM other WHERE other.g = t.id;
----
QUERY PLAN
Update on t
  Set: n = other.add_n
  ->  Project  (rows=1000)
        Output: t.rowid, other.add_n
        ->  HashJoin  (rows=1000)
              Hash Cond: t.id = other.g
              ->  SeqScan on t  (rows=1000)
              ->  SeqScan on other  (rows=1000)

EXPLAIN DELETE FROM t USING other WHERE other.g = t.id RETURNING other.add_n;
----
QUERY PLAN
Delete on t
  Returning: other.add_n
  ->  Project  (rows=1000)
        Output: t.rowid, other.add_n
        ->  HashJoin  (rows=1000)
              Hash Cond: t.id = other.g
              ->  SeqScan on t  (rows=1000)
              ->  SeqScan on other  (rows=1000)

UPDATE t SET n = 1 FROM t WHERE t.id = 1;
----
error 42712 at 1:25: table name "t" is used more than once
hint: give each an alias of its own

UPDATE t SET n = 1 FROM other WHERE nosuch = 1;
----
error 42703 at 1:37: column "nosuch" does not exist

UPDATE t SET add_n = 1 FROM other;
----
error 42703 at 1:14: table "t" has no column "add_n"

DELETE FROM t USING other WHERE other.g = t.id LIMIT 1;
----
error 0A000 at 1:21: ORDER BY or LIMIT of a change that joins other tables is not supported

-- The first of an order.
CREATE TABLE q (id INTEGER PRIMARY KEY, prio INTEGER);
----
ok

INSERT INTO q SELECT i, 10 - i % 4 FROM generate_series(1, 12) AS s (i);
----
ok, 12 rows

DELETE FROM q ORDER BY prio, id LIMIT 3;
----
ok, 3 rows

DELETE FROM q WHERE prio = 10 RETURNING id ORDER BY id DESC LIMIT 1;
----
id
12

UPDATE q SET prio = 0 WHERE prio > 8 ORDER BY id DESC LIMIT 2;
----
ok, 2 rows

UPDATE q SET prio = 77 LIMIT 1 + 1;
----
ok, 2 rows

UPDATE q SET prio = 99 LIMIT 0;
----
ok

SELECT * FROM q ORDER BY id;
----
id | prio
1 | 77
2 | 77
4 | 10
5 | 9
6 | 8
8 | 0
9 | 0
10 | 8

EXPLAIN DELETE FROM q ORDER BY prio LIMIT 3;
----
QUERY PLAN
Delete on q
  ->  Project  (rows=3)
        Output: rowid
        ->  TopN  (rows=3)
              Sort Key: prio
              Limit: 3
              ->  SeqScan on q  (rows=1000)

DELETE FROM q LIMIT -1;
----
error 22023 at 1:22: LIMIT must not be negative

DELETE FROM q ORDER BY 1 LIMIT 1;
----
error 42P10 at 1:24: ORDER BY position 1 is not in the select list

-- WITH before a change.
WITH few AS (SELECT id FROM q WHERE prio < 10), unused AS (SELECT 1)
DELETE FROM q WHERE id IN (SELECT id FROM few) RETURNING id;
----
id
5
6
8
9
10

WITH n (x) AS (VALUES (100), (200)) INSERT INTO q SELECT x, 1 FROM n RETURNING *;
----
id | prio
100 | 1
200 | 1

WITH n (x, y) AS (VALUES (100, 5)) UPDATE q SET prio = y FROM n WHERE id = x;
----
ok, 1 row

SELECT * FROM q ORDER BY id;
----
id | prio
1 | 77
2 | 77
4 | 10
100 | 5
200 | 1

WITH bad AS (SELECT nosuch) DELETE FROM q;
----
error 42703 at 1:21: column "nosuch" does not exist

-- Lists of columns.
UPDATE q SET (id, prio) = (prio, id) WHERE id = 100;
----
ok, 1 row

UPDATE q SET (id, prio) = (1, 2, 3);
----
error 42601 at 1:15: SET of 2 columns takes as many values, not 3

UPDATE q SET (id, prio) = (SELECT 1, 2);
----
error 0A000 at 1:15: SET (…) = anything but a row is not supported

SELECT * FROM q ORDER BY id;
----
id | prio
1 | 77
2 | 77
4 | 10
5 | 100
200 | 1
