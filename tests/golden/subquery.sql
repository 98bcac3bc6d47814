-- Queries inside expressions: as a value, EXISTS, IN, ANY, ALL.

CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, s TEXT);
----
ok

INSERT INTO t VALUES (1, 5, 'x'), (2, 6, 'y'), (3, 5, NULL), (4, NULL, 'z');
----
ok, 4 rows

CREATE TABLE u (id INTEGER PRIMARY KEY, t INTEGER, n INTEGER);
----
ok

INSERT INTO u VALUES (10, 1, 100), (11, 1, 200), (12, 2, NULL), (13, NULL, 300), (14, 9, 400);
----
ok, 5 rows

-- What reads nothing of the query around it is answered first, and is then as good as a constant.
SELECT (SELECT 42), (SELECT MAX(n) FROM u), (SELECT n FROM u WHERE id = 99);
----
column1 | max | n
42 | 400 | NULL

SELECT id FROM t WHERE id = (SELECT MIN(t) FROM u);
----
id
1

EXPLAIN SELECT s FROM t WHERE id = (SELECT MIN(t) FROM u);
----
QUERY PLAN
Init  (rows=1)
  Answer: $1 = the value
  ->  PkLookup on t  (rows=1)
        Key: id = $1
  ->  HashAggregate  (rows=1)
        Aggregates: min(t)
        ->  SeqScan on u  (rows=1000)

SELECT (SELECT n FROM u);
----
error 21000: a query used as a value gave more than one row

SELECT (SELECT 1, 2);
----
error 42601 at 1:9: the query must give one column, not 2

-- An aggregate over no rows.
SELECT id, (SELECT COUNT(*) FROM u WHERE u.t = t.id) AS c, (SELECT SUM(n) FROM u WHERE u.t = t.id) AS s FROM t ORDER BY id;
----
id | c | s
1 | 2 | 300
2 | 1 | NULL
3 | 0 | NULL
4 | 0 | NULL

EXPLAIN SELECT id, (SELECT COUNT(*) FROM u WHERE u.t = t.id) AS c FROM t;
----
QUERY PLAN
Apply  (rows=1000)
  Answer: the value
  By Key: id
  ->  SeqScan on t  (rows=1000)
  ->  HashAggregate  (rows=100)
        Group Key: t
        Aggregates: count(*)
        ->  SeqScan on u  (rows=1000)
  ->  HashAggregate  (rows=1)
        Aggregates: count(*)
        ->  Empty  (rows=0)

SELECT id, (SELECT COUNT(*) + 1 FROM u WHERE u.t = t.id AND u.n > t.a * 30) AS c FROM t ORDER BY id;
----
id | c
1 | 2
2 | 1
3 | 1
4 | 1

EXPLAIN SELECT id, (SELECT COUNT(*) + 1 FROM u WHERE u.t = t.id AND u.n > t.a * 30) AS c FROM t;
----
QUERY PLAN
Project  (rows=1000)
  Output: id, (SELECT …)
  ->  Apply  (rows=1000)
        Answer: the value
        For Each: $1 = id, $2 = a
        ->  SeqScan on t  (rows=1000)
        ->  Project  (rows=1)
              Output: count(*) + 1
              ->  HashAggregate  (rows=1)
                    Aggregates: count(*)
                    ->  SeqScan on u  (rows=3)
                          Filter: t = $1 AND n > $2 * 30

-- A value for each row; more than one is an error, where it is asked for.
SELECT u.id, (SELECT s FROM t WHERE t.id = u.t) FROM u ORDER BY u.id;
----
id | s
10 | x
11 | x
12 | y
13 | NULL
14 | NULL

SELECT id, (SELECT n FROM u WHERE u.t = t.id) FROM t ORDER BY id;
----
error 21000: a query used as a value gave more than one row

SELECT id, (SELECT n FROM u WHERE u.t = t.id) FROM t WHERE id > 1 ORDER BY id;
----
id | n
2 | NULL
3 | NULL
4 | NULL

SELECT id, (SELECT n FROM u WHERE u.t = t.id ORDER BY n DESC LIMIT 1) FROM t ORDER BY id;
----
id | n
1 | 200
2 | NULL
3 | NULL
4 | NULL

-- EXISTS.
SELECT id FROM t WHERE EXISTS (SELECT * FROM u WHERE u.t = t.id) ORDER BY id;
----
id
1
2

SELECT id FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.t = t.id AND n > 50) ORDER BY id;
----
id
2
3
4

EXPLAIN SELECT id FROM t WHERE a = 5 AND NOT EXISTS (SELECT 1 FROM u WHERE u.t = t.id AND n > 50);
----
QUERY PLAN
Project  (rows=5)
  Output: id
  ->  Filter  (rows=5)
        Condition: NOT EXISTS (SELECT …)
        ->  Apply  (rows=10)
              Answer: EXISTS
              By Key: id
              ->  SeqScan on t  (rows=10)
                    Filter: a = 5
              ->  SeqScan on u  (rows=333)
                    Filter: n > 50

SELECT id FROM t WHERE EXISTS (SELECT COUNT(*) FROM u WHERE u.t = t.id) ORDER BY id;
----
id
1
2
3
4

SELECT id, EXISTS (SELECT 1 FROM u WHERE t = t.id AND u.id > 10) AS is_there FROM t ORDER BY id;
----
id | is_there
1 | true
2 | true
3 | false
4 | false

SELECT EXISTS (SELECT 1 FROM u), EXISTS (SELECT 1 FROM u WHERE FALSE);
----
exists | exists
true | false

-- IN, and NULLs on either side.
SELECT id FROM t WHERE id IN (SELECT t FROM u) ORDER BY id;
----
id
1
2

SELECT id FROM t WHERE id NOT IN (SELECT t FROM u) ORDER BY id;
----
id

SELECT id FROM t WHERE id NOT IN (SELECT t FROM u WHERE t IS NOT NULL) ORDER BY id;
----
id
3
4

SELECT id, a IN (SELECT 5), a IN (SELECT NULL), a IN (SELECT 1 WHERE FALSE), a NOT IN (SELECT n FROM u) FROM t ORDER BY id;
----
id | column2 | column3 | column4 | column5
1 | true | NULL | false | NULL
2 | false | NULL | false | NULL
3 | true | NULL | false | NULL
4 | NULL | NULL | false | NULL

SELECT id, a IN (SELECT n / 20 FROM u WHERE u.t = t.id) FROM t ORDER BY id;
----
id | column2
1 | true
2 | NULL
3 | false
4 | false

EXPLAIN SELECT id FROM t WHERE id IN (SELECT t FROM u);
----
QUERY PLAN
Project  (rows=100)
  Output: id
  ->  LookupJoin with t  (rows=100)
        Lookup: id = t
        ->  HashAggregate  (rows=100)
              Group Key: t
              ->  Project  (rows=1000)
                    Output: t
                    ->  SeqScan on u  (rows=1000)

SELECT 1 IN (SELECT 1), 1 IN (SELECT NULL), NULL IN (SELECT 1), NULL IN (SELECT 1 WHERE FALSE);
----
column1 | column2 | column3 | column4
true | NULL | NULL | false

SELECT id FROM t WHERE a IN (SELECT 5.0) ORDER BY id;
----
id
1
3

SELECT id FROM t WHERE id IN (SELECT s FROM t);
----
error 42804 at 1:38: a comparison with a query: INTEGER and TEXT do not go together
hint: convert one side with CAST

-- ANY and ALL.
SELECT id, a < ANY (SELECT t FROM u), a < ALL (SELECT n FROM u WHERE n IS NOT NULL), a <> ANY (SELECT 5), a <> ALL (SELECT 5), a = ALL (SELECT 5) FROM t ORDER BY id;
----
id | column2 | column3 | column4 | column5 | column6
1 | true | true | false | false | true
2 | true | true | true | true | false
3 | true | true | false | false | true
4 | NULL | NULL | NULL | NULL | NULL

SELECT 1 < ALL (SELECT 1 WHERE FALSE), 1 < ANY (SELECT 1 WHERE FALSE), 1 >= ALL (SELECT NULL), 2 > SOME (SELECT 1 UNION SELECT NULL), 0 > SOME (SELECT 1 UNION SELECT NULL);
----
column1 | column2 | column3 | column4 | column5
true | false | NULL | true | NULL

SELECT id FROM t WHERE a IN (VALUES (5), (7)) ORDER BY id;
----
id
1
3

-- In every place.
SELECT a, COUNT(*) FROM t GROUP BY a HAVING COUNT(*) > (SELECT COUNT(*) - 4 FROM u) ORDER BY (SELECT a * -1);
----
a | count
5 | 2

SELECT a, (SELECT COUNT(*) FROM u WHERE u.n / 20 = t.a) FROM t GROUP BY a ORDER BY a;
----
a | count
5 | 1
6 | 0
NULL | 0

SELECT a, (SELECT COUNT(*) FROM u WHERE u.t = t.id) FROM t GROUP BY a;
----
error 42803: column "id" must be in GROUP BY or inside an aggregate

SELECT SUM((SELECT COUNT(*) FROM u WHERE u.t = t.id)) FROM t;
----
sum
3

SELECT id FROM t ORDER BY (SELECT COUNT(*) FROM u WHERE u.t = t.id) DESC, id LIMIT 2;
----
id
1
2

SELECT DISTINCT (SELECT COUNT(*) FROM u WHERE u.t = t.id) AS c FROM t ORDER BY c;
----
c
0
1
2

SELECT t.id, u.id FROM t JOIN u ON u.t = t.id AND u.n = (SELECT MAX(n) FROM u v WHERE v.t = t.id) ORDER BY t.id;
----
id | id
1 | 11

SELECT t.id, u.id FROM t LEFT JOIN u ON u.t = t.id AND EXISTS (SELECT 1 FROM t x WHERE x.id = u.t AND x.s = 'x') ORDER BY t.id, u.id;
----
id | id
1 | 10
1 | 11
2 | NULL
3 | NULL
4 | NULL

SELECT t.id, u.id FROM t LEFT JOIN u ON u.t = t.id AND EXISTS (SELECT 1 FROM t x WHERE x.id = u.t AND x.id = t.id);
----
error 0A000 at 1:64: a query in ON of an outer join that reads both sides is not supported

SELECT id FROM t ORDER BY id LIMIT (SELECT COUNT(*) - 3 FROM u);
----
id
1
2

SELECT * FROM (VALUES ((SELECT MAX(id) FROM t)), (0)) AS v (n) ORDER BY n;
----
n
0
4

SELECT CASE WHEN EXISTS (SELECT 1 FROM u WHERE u.t = t.id) THEN 'has' ELSE 'none' END, COALESCE((SELECT MIN(n) FROM u WHERE u.t = t.id), -1) FROM t ORDER BY id;
----
case | coalesce
has | 100
has | -1
none | -1
none | -1

-- Deeper than one level, and a column of the query around that.
SELECT id FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.t = t.id AND u.n = (SELECT MAX(n) FROM u v WHERE v.t = t.id)) ORDER BY id;
----
id
1

SELECT id, (SELECT COUNT(*) FROM u WHERE u.n > (SELECT AVG(n) FROM u) AND u.t = t.id) FROM t ORDER BY id;
----
id | count
1 | 0
2 | 0
3 | 0
4 | 0

EXPLAIN SELECT id, (SELECT COUNT(*) FROM u WHERE u.n > (SELECT AVG(n) FROM u) AND u.t = t.id) FROM t;
----
QUERY PLAN
Init  (rows=1000)
  Answer: $1 = the value
  ->  Apply  (rows=1000)
        Answer: the value
        By Key: id
        ->  SeqScan on t  (rows=1000)
        ->  HashAggregate  (rows=33)
              Group Key: t
              Aggregates: count(*)
              ->  SeqScan on u  (rows=333)
                    Filter: n > $1
        ->  HashAggregate  (rows=1)
              Aggregates: count(*)
              ->  Empty  (rows=0)
  ->  HashAggregate  (rows=1)
        Aggregates: avg(n)
        ->  SeqScan on u  (rows=1000)

-- WITH, inside and around, does not take up columns where it is used.
WITH big AS (SELECT t AS owner FROM u WHERE n > 150) SELECT id FROM t WHERE id IN (SELECT owner FROM big) ORDER BY id;
----
id
1

SELECT id, (WITH mine AS (SELECT n FROM u WHERE u.t = t.id) SELECT MAX(n) FROM mine) FROM t ORDER BY id;
----
id | max
1 | 200
2 | NULL
3 | NULL
4 | NULL

SELECT id, (SELECT x FROM (SELECT t.a + 1 AS x) AS q) FROM t ORDER BY id;
----
id | x
1 | 6
2 | 7
3 | 6
4 | NULL

SELECT id, (SELECT MAX(n) FROM (SELECT n FROM u WHERE u.t = t.id UNION ALL SELECT t.a) AS q) FROM t ORDER BY id;
----
id | max
1 | 200
2 | 6
3 | 5
4 | NULL

-- The nearest table of a name counts; a column that is nowhere is an error.
SELECT id FROM t WHERE EXISTS (SELECT 1 FROM t WHERE t.id = 3 AND a = 5) AND id = 1;
----
id
1

SELECT id FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.nope = t.id);
----
error 42703 at 1:56: column "u.nope" does not exist

SELECT id FROM t WHERE EXISTS (SELECT 1 FROM u WHERE nope = 1);
----
error 42703 at 1:54: column "nope" does not exist

SELECT id FROM t WHERE a IN (SELECT SUM(t.a) FROM u);
----
error 42803 at 1:37: an aggregate of columns of a query around this one is not allowed where this one stands

-- Changes.
UPDATE u SET n = (SELECT a FROM t WHERE t.id = u.t) WHERE EXISTS (SELECT 1 FROM t WHERE t.id = u.t);
----
ok, 3 rows

SELECT * FROM u ORDER BY id;
----
id | t | n
10 | 1 | 5
11 | 1 | 5
12 | 2 | 6
13 | NULL | 300
14 | 9 | 400

UPDATE u SET n = n + (SELECT COUNT(*) FROM u), t = 1 WHERE n = (SELECT MAX(n) FROM u);
----
ok, 1 row

SELECT * FROM u ORDER BY id;
----
id | t | n
10 | 1 | 5
11 | 1 | 5
12 | 2 | 6
13 | NULL | 300
14 | 1 | 405

EXPLAIN UPDATE u SET n = (SELECT a FROM t WHERE t.id = u.t);
----
QUERY PLAN
Update on u
  Set: n = (SELECT …)
  ->  Project  (rows=1000)
        Output: rowid, (SELECT …)
        ->  Apply  (rows=1000)
              Answer: the value
              By Key: t
              ->  SeqScan on u  (rows=1000)
              ->  SeqScan on t  (rows=1000)

DELETE FROM u WHERE t IN (SELECT id FROM t) AND id > (SELECT MIN(id) FROM u);
----
ok, 3 rows

SELECT * FROM u ORDER BY id;
----
id | t | n
10 | 1 | 5
13 | NULL | 300

INSERT INTO u VALUES ((SELECT MAX(id) + 1 FROM u), (SELECT id FROM t WHERE s = 'y'), 7), ((SELECT MAX(id) + 2 FROM u), 2, 8);
----
ok, 2 rows

INSERT INTO u (t, n) SELECT id, (SELECT COUNT(*) FROM u) FROM t WHERE id IN (SELECT t FROM u);
----
ok, 2 rows

SELECT * FROM u ORDER BY id;
----
id | t | n
10 | 1 | 5
13 | NULL | 300
14 | 2 | 7
15 | 2 | 8
16 | 1 | 4
17 | 2 | 4

-- The vector that is looked for may be asked of a table.
CREATE TABLE v (id INTEGER PRIMARY KEY, emb VECTOR(2));
----
ok

INSERT INTO v VALUES (1, '[0,0]'), (2, '[1,0]'), (3, '[5,5]'), (4, '[6,5]');
----
ok, 4 rows

CREATE INDEX v_emb ON v USING ann (emb);
----
ok

EXPLAIN SELECT id FROM v ORDER BY emb <-> (SELECT emb FROM v WHERE id = 4) LIMIT 2;
----
QUERY PLAN
Init  (rows=2)
  Answer: $1 = the value
  ->  AnnTopKPlan on v using v_emb  (rows=2)
        Order: emb <-> $1
        Limit: 2
  ->  PkLookup on v  (rows=1)
        Key: id = 4

SELECT id FROM v ORDER BY emb <-> (SELECT emb FROM v WHERE id = 4) LIMIT 2;
----
id
4
3

SELECT id, (SELECT w.id FROM v w WHERE w.id <> v.id ORDER BY w.emb <-> v.emb LIMIT 1) AS nearest FROM v ORDER BY id;
----
id | nearest
1 | 2
2 | 1
3 | 4
4 | 3

EXPLAIN SELECT id, (SELECT w.id FROM v w WHERE w.id <> v.id ORDER BY w.emb <-> v.emb LIMIT 1) AS nearest FROM v;
----
QUERY PLAN
Project  (rows=1000)
  Output: id, (SELECT …)
  ->  Apply  (rows=1000)
        Answer: the value
        For Each: $1 = id, $2 = emb
        ->  SeqScan on v  (rows=1000)
        ->  AnnTopKPlan on v w using v_emb  (rows=1)
              Order: emb <-> $2
              Limit: 1
              Index Filter: id <> $1

CREATE INDEX bad ON v USING ann ((subvector(emb, 1, (SELECT 1))));
----
error 42P16 at 1:35: an index cannot be on what a query says

CREATE TABLE bad (a INTEGER DEFAULT (SELECT 1));
----
error 0A000 at 1:38: a query in DEFAULT is not supported

-- An aggregate belongs to the query whose columns it reads.

CREATE TABLE og (g INTEGER, x INTEGER);
----
ok

INSERT INTO og VALUES (1, 10), (1, 20), (2, 5), (2, NULL), (3, 7);
----
ok, 5 rows

SELECT (SELECT sum(og.x)) FROM og;
----
sum
42

SELECT g, (SELECT sum(og.x) + count(*) FROM (VALUES (1), (2)) AS v (n)) FROM og GROUP BY g ORDER BY g;
----
g | column2
1 | 32
2 | 7
3 | 9

SELECT g, (SELECT max(v.n + 0) || ':' || count(og.x) FROM (VALUES (1), (2)) AS v (n) WHERE v.n <= count(og.x)) FROM og GROUP BY g ORDER BY g;
----
g | column2
1 | 2:2
2 | 1:1
3 | 1:1

SELECT g FROM og GROUP BY g HAVING EXISTS (SELECT 1 FROM (VALUES (7), (30)) AS v (n) WHERE v.n = sum(DISTINCT og.x)) ORDER BY g;
----
g
1
3

SELECT g, sum(x), (SELECT (SELECT sum(og.x) FILTER (WHERE og.x > 6))) FROM og GROUP BY g ORDER BY (SELECT -min(og.x));
----
g | sum | sum
1 | 30 | 30
3 | 7 | 7
2 | 5 | NULL

SELECT (SELECT sum(og.x + v.n) FROM (VALUES (1), (2)) AS v (n)) FROM og ORDER BY 1;
----
sum
13
17
23
43
NULL

SELECT g FROM og WHERE (SELECT sum(og.x)) > 1;
----
error 42803 at 1:32: an aggregate of columns of a query around this one is not allowed where this one stands

SELECT x, (SELECT sum(og.g)) FROM og;
----
error 42803 at 1:8: column "x" must be in GROUP BY or inside an aggregate
