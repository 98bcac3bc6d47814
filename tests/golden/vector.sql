-- Vectors: literals, distances, what is refused, and the two plans for the nearest rows.

CREATE TABLE doc (id INTEGER PRIMARY KEY, topic TEXT, size INTEGER, emb VECTOR(3));
----
ok

INSERT INTO doc VALUES (1, 'a', 10, '[1,0,0]'), (2, 'a', 20, '[0,1,0]'), (3, 'b', 30, '[0,0,2]'), (4, 'b', 40, NULL), (5, 'a', 50, '[0,0,0]'), (6, 'b', 60, '[1,1,0]');
----
ok, 6 rows

INSERT INTO doc VALUES (7, 'c', 0, '[1,2]');
----
error 22000 at 1:36: expected a vector of 3 dimensions, not 2

INSERT INTO doc VALUES (7, 'c', 0, '[1,2,nan]');
----
error 22P02 at 1:36: invalid input for type VECTOR: "[1,2,nan]"
hint: a vector is written as '[1, 2.5, -3]'

INSERT INTO doc VALUES (7, 'c', 0, '[1,2,x]');
----
error 22P02 at 1:36: invalid input for type VECTOR: "[1,2,x]"
hint: a vector is written as '[1, 2.5, -3]'

INSERT INTO doc VALUES (7, 'c', 0, 5);
----
error 42804 at 1:36: column "emb" is VECTOR(3), the value INTEGER
hint: convert it with CAST

SELECT id, emb <-> '[1,0,0]' AS l2, emb <#> '[1,0,0]' AS ip, emb <=> '[1,0,0]' AS cosine, emb <+> '[1,0,0]' AS l1 FROM doc ORDER BY id;
----
id | l2 | ip | cosine | l1
1 | 0.0 | -1.0 | 0.0 | 0.0
2 | 1.4142135381698608 | 0.0 | 1.0 | 2.0
3 | 2.2360680103302 | 0.0 | 1.0 | 3.0
4 | NULL | NULL | NULL | NULL
5 | 1.0 | 0.0 | NULL | 1.0
6 | 1.0 | -1.0 | 0.2928932309150696 | 1.0

SELECT id FROM doc ORDER BY emb <-> '[1,0,0]' LIMIT 3;
----
id
1
5
6

SELECT id FROM doc ORDER BY '[1,0,0]' <-> emb LIMIT 3 OFFSET 2;
----
id
6
2
3

-- NULL and undefined distances come last.
SELECT id FROM doc ORDER BY emb <=> '[1,0,0]' LIMIT 10;
----
id
1
6
2
3
4
5

SELECT id FROM doc ORDER BY emb <-> '[1,0,0]' DESC LIMIT 2;
----
id
4
3

SELECT id FROM doc ORDER BY emb <-> '[1,0]' LIMIT 2;
----
error 22000 at 1:37: expected a vector of 3 dimensions, not 2

SELECT id, emb <-> '[1,0,0]' AS d FROM doc WHERE topic = 'b' ORDER BY d LIMIT 2;
----
id | d
6 | 1.0
3 | 2.2360680103302

EXPLAIN SELECT id FROM doc ORDER BY emb <-> '[1,0,0]' LIMIT 3;
----
QUERY PLAN
VectorTopKPlan on doc  (rows=3)
  Order: emb <-> '[1,0,0]'
  Limit: 3
  Exact: no ann index on the column

CREATE INDEX doc_emb ON doc USING ann (emb) WITH (metric = 'l2', filters = 'topic,size');
----
ok

quiet
CALL persist_ann_index('doc', 'emb');
----
ok

EXPLAIN SELECT id FROM doc ORDER BY emb <-> '[1,0,0]' LIMIT 3;
----
QUERY PLAN
AnnTopKPlan on doc using doc_emb  (rows=3)
  Order: emb <-> '[1,0,0]'
  Limit: 3

EXPLAIN SELECT id FROM doc WHERE topic = 'b' AND size > 30 AND id <> 9 ORDER BY emb <-> '[1,0,0]' LIMIT 3;
----
QUERY PLAN
AnnTopKPlan on doc using doc_emb  (rows=3)
  Order: emb <-> '[1,0,0]'
  Limit: 3
  Index Filter: topic = 'b' AND size > 30 AND id <> 9

EXPLAIN SELECT id FROM doc ORDER BY emb <=> '[1,0,0]' LIMIT 3;
----
QUERY PLAN
VectorTopKPlan on doc  (rows=3)
  Order: emb <=> '[1,0,0]'
  Limit: 3
  Exact: ann index doc_emb has metric l2

EXPLAIN SELECT id FROM doc ORDER BY emb <-> '[1,0,0]' DESC LIMIT 3;
----
QUERY PLAN
VectorTopKPlan on doc  (rows=3)
  Order: emb <-> '[1,0,0]' DESC
  Limit: 3
  Exact: an ann index cannot give the farthest first

EXPLAIN SELECT id FROM doc ORDER BY emb <-> '[1,0,0]';
----
QUERY PLAN
Project  (rows=1000)
  Output: id
  ->  Sort  (rows=1000)
        Sort Key: emb <-> '[1,0,0]'
        ->  Project  (rows=1000)
              Output: id, emb, emb <-> '[1,0,0]'
              ->  SeqScan on doc  (rows=1000)

EXPLAIN SELECT id FROM doc WHERE id = 3 ORDER BY emb <-> '[1,0,0]' LIMIT 3;
----
QUERY PLAN
VectorTopKPlan on doc  (rows=3)
  Order: emb <-> '[1,0,0]'
  Limit: 3
  Exact: WHERE finds few rows by key
  ->  PkLookup on doc  (rows=1)
        Key: id = 3

SELECT id, emb <-> '[1,0,0]' AS d FROM doc ORDER BY d LIMIT 10;
----
id | d
1 | 0.0
5 | 1.0
6 | 1.0
2 | 1.4142135381698608
3 | 2.2360680103302
4 | NULL

SELECT id FROM doc WHERE topic = 'b' ORDER BY emb <-> '[0,0,1]' LIMIT 10;
----
id
3
6
4

SELECT id FROM doc WHERE topic IN ('b', 'zzz') AND size BETWEEN 30 AND 40 ORDER BY emb <-> '[0,0,1]' LIMIT 10;
----
id
3
4

SELECT id FROM doc WHERE size = 30.5 ORDER BY emb <-> '[0,0,1]' LIMIT 10;
----
id

-- One change of each kind, each seen at once.
UPDATE doc SET emb = '[0,0,1]' WHERE id = 1;
----
ok, 1 row

SELECT id FROM doc ORDER BY emb <-> '[0,0,1]' LIMIT 1;
----
id
1

DELETE FROM doc WHERE id = 1;
----
ok, 1 row

SELECT id FROM doc ORDER BY emb <-> '[0,0,1]' LIMIT 1;
----
id
3

INSERT INTO doc VALUES (8, 'b', 1, '[0,0,1.1]');
----
ok, 1 row

SELECT id FROM doc WHERE topic = 'b' ORDER BY emb <-> '[0,0,1]' LIMIT 1;
----
id
8

BEGIN;
----
ok

UPDATE doc SET topic = 'q' WHERE id = 8;
----
ok, 1 row

SELECT id FROM doc WHERE topic = 'q' ORDER BY emb <-> '[0,0,1]' LIMIT 5;
----
id
8

ROLLBACK;
----
ok

SELECT id FROM doc WHERE topic = 'q' ORDER BY emb <-> '[0,0,1]' LIMIT 5;
----
id

reopen
SELECT id FROM doc ORDER BY emb <-> '[0,0,1]' LIMIT 10;
----
id
8
3
5
2
6
4

CALL persist_ann_index('doc', 'topic');
----
error 42704 at 1:31: column "topic" of "doc" has no ann index

CALL persist_ann_index('nosuch', 'emb');
----
error 42P01 at 1:24: table "nosuch" does not exist

CREATE INDEX doc_bad ON doc USING ann (topic);
----
error 42804 at 1:40: an ann index is on a VECTOR, and column "topic" is TEXT

CREATE INDEX doc_bad ON doc USING ann (emb) WITH (metric = 'nosuch');
----
error 22023 at 1:60: "nosuch" is no metric
hint: the metrics are l2, cosine and inner_product, and hamming for bits

CREATE INDEX doc_bad ON doc USING ann (emb) WITH (nosuch = 1);
----
error 22023 at 1:51: an index USING ann has no option "nosuch"
hint: the options are metric, filters, recall, auto_merge, merge_threshold, deferred

CREATE TABLE wide (v VECTOR(0));
----
error 22023 at 1:20: the dimension of a VECTOR is 1 to 65535, not 0

CREATE TABLE wide (v VECTOR(65536));
----
error 22023 at 1:20: the dimension of a VECTOR is 1 to 65535, not 65536

SELECT VECTOR_DIMS(emb), VECTOR_NORM(emb), L2_DISTANCE(emb, '[0,0,0]') FROM doc WHERE id = 3;
----
vector_dims | vector_norm | l2_distance
3 | 2.0 | 2.0

DROP TABLE doc;
----
ok

SELECT 1 FROM doc;
----
error 42P01 at 1:15: table "doc" does not exist
