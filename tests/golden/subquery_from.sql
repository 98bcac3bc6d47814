-- Queries in FROM, and WITH.

CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, s TEXT);
----

INSERT INTO t VALUES (1, 5, 'x'), (2, 6, 'y'), (3, 5, 'z');
----

SELECT * FROM (SELECT id, a + 1 AS b FROM t) AS q WHERE b = 6 ORDER BY id;
----

SELECT q.b FROM (SELECT id, a + 1 FROM t) AS q (i, b) WHERE i = 2;
----

-- It becomes part of the query around it, so that conditions reach the table.
EXPLAIN SELECT b FROM (SELECT id, a + 1 AS b FROM t) WHERE id = 2;
----

EXPLAIN SELECT a, n FROM (SELECT a, COUNT(*) AS n FROM t GROUP BY a) WHERE a = 5 AND n > 1;
----

SELECT a, n FROM (SELECT a, COUNT(*) AS n FROM t GROUP BY a) WHERE a = 5 AND n > 1;
----

EXPLAIN SELECT id FROM (SELECT id, a FROM t ORDER BY a LIMIT 2) WHERE id > 1;
----

SELECT id FROM (SELECT id, a FROM t ORDER BY a LIMIT 2) WHERE id > 1;
----

SELECT x.id, y.n FROM t x JOIN (SELECT a, COUNT(*) AS n FROM t GROUP BY a) y ON x.a = y.a ORDER BY x.id;
----

SELECT x.id, y.one FROM t x LEFT JOIN (SELECT id, 1 AS one FROM t WHERE id < 2) y ON x.id = y.id ORDER BY x.id;
----

SELECT x.id, y.one FROM t x LEFT JOIN ((SELECT 1 AS one) y JOIN t z ON z.id = 1) ON x.id = z.id ORDER BY x.id;
----

SELECT DISTINCT b FROM (SELECT a AS b FROM t) ORDER BY b DESC;
----

SELECT MAX(n) FROM (SELECT COUNT(*) AS n FROM t GROUP BY a);
----

SELECT id FROM (SELECT id FROM (SELECT id FROM t WHERE a = 5) WHERE id > 1);
----

SELECT q.nope FROM (SELECT id FROM t) AS q;
----

SELECT id FROM (SELECT id FROM t) AS q (a, b);
----

SELECT * FROM (SELECT 1 AS x, 2 AS x) AS q;
----

SELECT x FROM (SELECT 1 AS x, 2 AS x) AS q;
----

-- WITH.
WITH five AS (SELECT id FROM t WHERE a = 5), more (n) AS (SELECT id + 10 FROM five) SELECT * FROM more ORDER BY n;
----

WITH q AS (SELECT a FROM t) SELECT x.a, COUNT(*) FROM q x, q y GROUP BY x.a ORDER BY x.a;
----

WITH q AS (SELECT 1 AS n) SELECT * FROM (WITH q AS (SELECT n + 1 AS n FROM q) SELECT n FROM q);
----

WITH t AS (SELECT 42 AS id) SELECT id FROM t;
----

WITH q AS (SELECT 1), q AS (SELECT 2) SELECT * FROM q;
----

WITH q AS (SELECT nope FROM t) SELECT 1;
----

WITH later AS (SELECT * FROM q), q AS (SELECT 1) SELECT * FROM later;
----

INSERT INTO t (a) WITH q AS (SELECT 7 AS n) SELECT n FROM q;
----

SELECT a FROM t WHERE id = 4;
----

WITH RECURSIVE q AS (SELECT 1) SELECT * FROM q;
----

-- FETCH is the standard's LIMIT.
SELECT id FROM t ORDER BY id OFFSET 1 ROWS FETCH FIRST 2 ROWS ONLY;
----

SELECT id FROM t ORDER BY id FETCH NEXT ROW ONLY;
----

SELECT id FROM t ORDER BY id FETCH FIRST 1 ROW WITH TIES;
----

-- A vector search inside and around other queries.
CREATE TABLE v (id INTEGER PRIMARY KEY, grp TEXT, emb VECTOR(2));
----

INSERT INTO v VALUES (1, 'a', '[0,0]'), (2, 'a', '[1,0]'), (3, 'b', '[2,0]'), (4, 'b', '[3,0]');
----

CREATE INDEX v_emb ON v USING ann (emb) INCLUDE (grp);
----

EXPLAIN SELECT id, d FROM (SELECT id, emb <-> '[1,0]' AS d, grp FROM v) WHERE grp = 'b' ORDER BY d LIMIT 1;
----

SELECT id, d FROM (SELECT id, emb <-> '[1,0]' AS d, grp FROM v) WHERE grp = 'b' ORDER BY d LIMIT 1;
----

EXPLAIN WITH near AS (SELECT id, emb <-> '[1,0]' AS d FROM v ORDER BY d LIMIT 3) SELECT t.s, near.d FROM near JOIN t ON t.id = near.id ORDER BY near.d;
----

WITH near AS (SELECT id, emb <-> '[1,0]' AS d FROM v ORDER BY d LIMIT 3) SELECT t.s, near.d FROM near JOIN t ON t.id = near.id ORDER BY near.d, t.s;
----

-- The search of one order inside another.
SELECT id FROM (SELECT id, emb FROM v ORDER BY emb <-> '[3,0]' LIMIT 2) ORDER BY emb <-> '[0,0]' LIMIT 1;
----

SELECT id FROM (SELECT id FROM v ORDER BY emb <-> '[0,0]' LIMIT 1) UNION ALL SELECT id FROM (SELECT id FROM v ORDER BY emb <-> '[3,0]' LIMIT 1) ORDER BY id;
----
