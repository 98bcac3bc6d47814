-- What the planner chooses.

CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, size INTEGER, note TEXT);
----
ok

CREATE INDEX t_name ON t (name);
----
ok

CREATE INDEX t_size_name ON t (size, name);
----
ok

EXPLAIN SELECT * FROM t;
----
QUERY PLAN
SeqScan on t  (rows=1000)

EXPLAIN SELECT * FROM t WHERE id = 5;
----
QUERY PLAN
PkLookup on t  (rows=1)
  Key: id = 5

EXPLAIN SELECT * FROM t WHERE id IN (5, 7);
----
QUERY PLAN
PkLookup on t  (rows=2)
  Key: id IN (5, 7)

EXPLAIN SELECT * FROM t WHERE id > 5 AND id <= 9;
----
QUERY PLAN
PkRangeScan on t  (rows=111)
  Range: id > 5 AND id <= 9

EXPLAIN SELECT * FROM t WHERE id = 5.5;
----
QUERY PLAN
PkLookup on t  (rows=1)
  Key: id = 5.5

EXPLAIN SELECT * FROM t WHERE id < 8.5;
----
QUERY PLAN
PkRangeScan on t  (rows=333)
  Range: id < 8.5

EXPLAIN SELECT * FROM t WHERE name = 'x';
----
QUERY PLAN
IndexScan on t using t_name  (rows=10)
  Index Cond: name = 'x'

EXPLAIN SELECT * FROM t WHERE size = 3 AND name > 'b' AND note LIKE 'z%';
----
QUERY PLAN
IndexScan on t using t_size_name  (rows=2)
  Index Cond: size = 3 AND name > 'b'
  Filter: note LIKE 'z%'

EXPLAIN SELECT * FROM t WHERE note = 'x';
----
QUERY PLAN
SeqScan on t  (rows=10)
  Filter: note = 'x'

EXPLAIN SELECT id FROM t ORDER BY id DESC LIMIT 3;
----
QUERY PLAN
Limit  (rows=3)
  Limit: 3
  ->  SeqScan on t backward  (rows=1000)

EXPLAIN SELECT id FROM t ORDER BY note LIMIT 3;
----
QUERY PLAN
Project  (rows=3)
  Output: id
  ->  TopN  (rows=3)
        Sort Key: note
        Limit: 3
        ->  SeqScan on t  (rows=1000)

EXPLAIN SELECT id FROM t ORDER BY note;
----
QUERY PLAN
Project  (rows=1000)
  Output: id
  ->  Sort  (rows=1000)
        Sort Key: note
        ->  SeqScan on t  (rows=1000)

EXPLAIN SELECT size, COUNT(*) FROM t GROUP BY size HAVING COUNT(*) > 1;
----
QUERY PLAN
Filter  (rows=33)
  Condition: count(*) > 1
  ->  HashAggregate  (rows=100)
        Group Key: size
        Aggregates: count(*)
        ->  SeqScan on t  (rows=1000)

EXPLAIN SELECT a.id FROM t a JOIN t b ON a.size = b.id WHERE a.name = 'x';
----
QUERY PLAN
Project  (rows=10)
  Output: a.id
  ->  LookupJoin with t b  (rows=10)
        Lookup: b.id = a.size
        ->  IndexScan on t a using t_name  (rows=10)
              Index Cond: a.name = 'x'

EXPLAIN SELECT a.id FROM t a JOIN t b ON a.note = b.note;
----
QUERY PLAN
Project  (rows=1000)
  Output: a.id
  ->  HashJoin  (rows=1000)
        Hash Cond: a.note = b.note
        ->  SeqScan on t a  (rows=1000)
        ->  SeqScan on t b  (rows=1000)

EXPLAIN SELECT a.id FROM t a JOIN t b ON a.size < b.size;
----
QUERY PLAN
Project  (rows=333333)
  Output: a.id
  ->  NestedLoopJoin  (rows=333333)
        Filter: a.size < b.size
        ->  SeqScan on t a  (rows=1000)
        ->  SeqScan on t b  (rows=1000)

EXPLAIN INSERT INTO t (name) SELECT name FROM t;
----
QUERY PLAN
Insert on t
  ->  SeqScan on t  (rows=1000)

EXPLAIN UPDATE t SET size = size + 1 WHERE id = 3;
----
QUERY PLAN
Update on t
  Set: size = size + 1
  ->  PkLookup on t  (rows=1)
        Key: id = 3

EXPLAIN DELETE FROM t WHERE name = 'x';
----
QUERY PLAN
Delete on t
  ->  IndexOnlyScan on t using t_name  (rows=10)
        Index Cond: name = 'x'

EXPLAIN SELECT 1 WHERE FALSE;
----
QUERY PLAN
Project  (rows=0)
  Output: 1
  ->  Empty  (rows=0)

EXPLAIN SELECT * FROM nosuch;
----
error 42P01 at 1:23: table "nosuch" does not exist

EXPLAIN (FORMAT JSON) SELECT name FROM t WHERE size = 3 AND note = 'a "b"' ORDER BY name LIMIT 2;
----
QUERY PLAN
[\n  {\n    "Plan": {\n      "Limit": "2",\n      "Node Type": "Limit",\n      "Plan Rows": 1,\n      "Plans": [\n        {\n          "Filter": "note = 'a \"b\"'",\n          "Index Cond": "size = 3",\n          "Node Type": "IndexScan on t using t_size_name",\n          "Plan Rows": 1\n        }\n      ]\n    }\n  }\n]

EXPLAIN (ANALYZE OFF, FORMAT TEXT) SELECT 1;
----
QUERY PLAN
Project  (rows=1)
  Output: 1
  ->  SingleRow  (rows=1)

EXPLAIN (ANALYZE FALSE) INSERT INTO t (id) VALUES (1);
----
QUERY PLAN
Insert on t
  ->  ConstantRow  (rows=1)

EXPLAIN (SELECT 1);
----
QUERY PLAN
Project  (rows=1)
  Output: 1
  ->  SingleRow  (rows=1)

EXPLAIN (FORMAT XML) SELECT 1;
----
error 0A000 at 1:10: EXPLAIN (FORMAT XML) is not supported

EXPLAIN (FORMAT) SELECT 1;
----
error 42601 at 1:16: syntax error: expected TEXT or JSON, found )

EXPLAIN (COSTS OFF) SELECT 1;
----
error 0A000 at 1:10: EXPLAIN (COSTS) is not supported

EXPLAIN (ANALYZE SELECT 1;
----
error 42601 at 1:18: syntax error: expected a comma or a parenthesis, found SELECT

EXPLAIN () SELECT 1;
----
error 42601 at 1:10: syntax error: expected an option, found )
