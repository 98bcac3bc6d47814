-- LATERAL: a query in FROM that sees the relations to its left.

CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER);
----
ok

INSERT INTO t VALUES (1, 5), (2, 6), (3, NULL);
----
ok, 3 rows

CREATE TABLE u (id INTEGER PRIMARY KEY, t INTEGER, n INTEGER);
----
ok

INSERT INTO u VALUES (10, 1, 100), (11, 1, 200), (12, 1, 300), (13, 2, 50), (14, NULL, 7);
----
ok, 5 rows

-- The two greatest of each.
SELECT t.id, q.n FROM t, LATERAL (SELECT n FROM u WHERE u.t = t.id ORDER BY n DESC LIMIT 2) AS q ORDER BY t.id, q.n;
----
id | n
1 | 200
1 | 300
2 | 50

EXPLAIN SELECT t.id, q.n FROM t, LATERAL (SELECT n FROM u WHERE u.t = t.id ORDER BY n DESC LIMIT 2) AS q WHERE t.a > 5;
----
QUERY PLAN
LateralJoin  (rows=667)
  For Each: $1 = t.id
  ->  SeqScan on t  (rows=333)
        Filter: t.a > 5
  ->  TopN  (rows=2)
        Sort Key: n DESC
        Limit: 2
        ->  SeqScan on u  (rows=10)
              Filter: t = $1

SELECT t.id, q.n FROM t LEFT JOIN LATERAL (SELECT n FROM u WHERE u.t = t.id ORDER BY n DESC LIMIT 2) AS q ON TRUE ORDER BY t.id, q.n;
----
id | n
1 | 200
1 | 300
2 | 50
3 | NULL

SELECT t.id, q.n FROM t LEFT JOIN LATERAL (SELECT n FROM u WHERE u.t = t.id) AS q ON q.n > t.a * 30 ORDER BY t.id, q.n;
----
id | n
1 | 200
1 | 300
2 | NULL
3 | NULL

SELECT t.id, q.n FROM t JOIN LATERAL (SELECT n FROM u WHERE u.t = t.id) AS q ON q.n > t.a * 30 ORDER BY t.id, q.n;
----
id | n
1 | 200
1 | 300

SELECT t.id, q.b, r.c FROM t CROSS JOIN LATERAL (SELECT t.a + 1 AS b) AS q CROSS JOIN LATERAL (SELECT q.b * 10 + t.id AS c) AS r ORDER BY t.id;
----
id | b | c
1 | 6 | 61
2 | 7 | 72
3 | NULL | NULL

SELECT t.id, q.m FROM t, LATERAL (SELECT MAX(n) AS m FROM u WHERE u.t = t.id) AS q WHERE q.m IS NULL OR q.m > 100 ORDER BY t.id;
----
id | m
1 | 300
3 | NULL

SELECT t.id, v.x FROM t, LATERAL (VALUES (t.id), (t.a)) AS v (x) ORDER BY t.id, v.x;
----
id | x
1 | 1
1 | 5
2 | 2
2 | 6
3 | 3
3 | NULL

SELECT t.id, x FROM t, LATERAL (SELECT t.id AS x UNION ALL SELECT t.a) AS v WHERE x < 6 ORDER BY t.id, x;
----
id | x
1 | 1
1 | 5
2 | 2
3 | 3

SELECT t.id, q.id FROM t JOIN LATERAL (SELECT id FROM u WHERE n > t.a * 10) AS q USING (id);
----
id | id

-- What reads nothing to its left is an ordinary join; inside an expression, both sides of it see what is around.
EXPLAIN SELECT t.id, q.n FROM t, LATERAL (SELECT n FROM u) AS q;
----
QUERY PLAN
NestedLoopJoin  (rows=1000000)
  ->  SeqScan on t  (rows=1000)
  ->  SeqScan on u  (rows=1000)

SELECT id, (SELECT SUM(q.x) FROM u, LATERAL (SELECT u.n + t.a AS x) AS q WHERE u.t = t.id) FROM t ORDER BY id;
----
id | sum
1 | 615
2 | 56
3 | NULL

SELECT t.id FROM t RIGHT JOIN LATERAL (SELECT n FROM u WHERE u.t = t.id) AS q ON TRUE;
----
error 42P10 at 1:77: LATERAL reads rows of the left side, of which a RIGHT or FULL JOIN may have none

SELECT t.id FROM t, (SELECT n FROM u WHERE u.t = t.id) AS q;
----
error 42P01 at 1:50: FROM has no table "t"
hint: did you mean "u"?

SELECT t.id FROM t LEFT JOIN LATERAL (SELECT n FROM u WHERE u.t = t.id) AS q ON EXISTS (SELECT 1 FROM u WHERE u.n = q.n);
----
error 0A000 at 1:89: a query in ON of a LEFT JOIN LATERAL is not supported

-- The nearest of each.
CREATE TABLE v (id INTEGER PRIMARY KEY, grp TEXT, emb VECTOR(2));
----
ok

INSERT INTO v VALUES (1, 'a', '[0,0]'), (2, 'a', '[1,0]'), (3, 'b', '[5,5]'), (4, 'b', '[6,5]'), (5, 'c', NULL);
----
ok, 5 rows

CREATE INDEX v_emb ON v USING ann (emb) INCLUDE (grp);
----
ok

EXPLAIN SELECT v.id, w.id, w.d FROM v, LATERAL (SELECT x.id, x.emb <-> v.emb AS d FROM v x WHERE x.grp <> v.grp ORDER BY d LIMIT 2) AS w;
----
QUERY PLAN
Project  (rows=2000)
  Output: v.id, w.id, w.d
  ->  LateralJoin  (rows=2000)
        For Each: $1 = v.grp, $2 = v.emb
        ->  SeqScan on v  (rows=1000)
        ->  AnnTopKPlan on v x using v_emb  (rows=2)
              Order: emb <-> $2
              Limit: 2
              Index Filter: grp <> $1

SELECT v.id, w.id, round(w.d, 3) FROM v, LATERAL (SELECT x.id, x.emb <-> v.emb AS d FROM v x WHERE x.grp <> v.grp ORDER BY d LIMIT 2) AS w WHERE v.id < 5 ORDER BY v.id, w.d;
----
id | id | round
1 | 3 | 7.071
1 | 4 | 7.81
2 | 3 | 6.403
2 | 4 | 7.071
3 | 2 | 6.403
3 | 1 | 7.071
4 | 2 | 7.071
4 | 1 | 7.81

-- The best of each group.
SELECT g.grp, w.id FROM (SELECT DISTINCT grp FROM v) AS g, LATERAL (SELECT id FROM v WHERE v.grp = g.grp ORDER BY emb <-> '[2,2]' LIMIT 1) AS w ORDER BY g.grp;
----
grp | id
a | 2
b | 3
c | 5
