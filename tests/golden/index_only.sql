-- What an index holds is read from it alone; the answer is that of the table.

CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, s TEXT, b BLOB, f BOOLEAN, r REAL);
----
ok

INSERT INTO t VALUES (1, 5, 'five', X'00', TRUE, -0.0), (2, NULL, NULL, NULL, NULL, NULL), (3, -7, 'a' || chr(1) || 'b', X'0001ff', FALSE, 2.5),
  (4, 5, '', X'', TRUE, 0.0);
----
ok, 4 rows

CREATE INDEX i ON t (a, s, b, f);
----
ok

CREATE INDEX j ON t (r);
----
ok

EXPLAIN SELECT id, s, f, a FROM t WHERE a = 5;
----
QUERY PLAN
IndexOnlyScan on t using i  (rows=10)
  Index Cond: a = 5

SELECT id, s, f, a FROM t WHERE a = 5;
----
id | s | f | a
4 | '' | true | 5
1 | five | true | 5

EXPLAIN SELECT count(*) FROM t WHERE a BETWEEN -10 AND 5;
----
QUERY PLAN
HashAggregate  (rows=1)
  Aggregates: count(*)
  ->  IndexOnlyScan on t using i  (rows=111)
        Index Cond: a >= -10 AND a <= 5

SELECT count(*) FROM t WHERE a BETWEEN -10 AND 5;
----
count
3

SELECT a, b, hex(b), s IS NULL FROM t WHERE a < 6 ORDER BY a DESC, s DESC;
----
a | b | hex | column4
5 | x'00' | 00 | false
5 | x'' | '' | false
-7 | x'0001ff' | 0001FF | false

-- A key does not tell the two zeros apart.
EXPLAIN SELECT r FROM t WHERE r = 0;
----
QUERY PLAN
IndexScan on t using j  (rows=10)
  Index Cond: r = 0

SELECT r FROM t WHERE r = 0 ORDER BY id;
----
r
-0.0
0.0

-- Not all is held.
EXPLAIN SELECT r FROM t WHERE a = 5 AND s <> '';
----
QUERY PLAN
IndexScan on t using i  (rows=10)
  Index Cond: a = 5
  Filter: s <> ''

SELECT r FROM t WHERE a = 5 AND s <> '';
----
r
-0.0

EXPLAIN SELECT id FROM t WHERE a = 5 AND s LIKE 'f%';
----
QUERY PLAN
IndexOnlyScan on t using i  (rows=5)
  Index Cond: a = 5
  Filter: s LIKE 'f%'

SELECT id FROM t WHERE a = 5 AND s LIKE 'f%';
----
id
1
