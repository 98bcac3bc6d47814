-- Rows within a distance: by scan, and through an index.

CREATE TABLE p (id INTEGER PRIMARY KEY, kind TEXT, emb VECTOR(2));
----
ok

INSERT INTO p VALUES (1, 'a', '[0,0]'), (2, 'b', '[1,0]'), (3, 'a', '[0,2]'), (4, 'b', '[3,0]'), (5, 'a', '[0,4]'), (6, 'b', NULL);
----
ok, 6 rows

EXPLAIN SELECT id FROM p WHERE emb <-> '[0,0]' < 2.5;
----
QUERY PLAN
SeqScan on p  (rows=333)
  Filter: emb <-> '[0,0]' < 2.5

EXPLAIN SELECT id FROM p WHERE emb <-> '[0,0]' < 2.5 ORDER BY emb <-> '[0,0]' LIMIT 2;
----
QUERY PLAN
VectorTopKPlan on p  (rows=2)
  Order: emb <-> '[0,0]'
  Within: emb <-> '[0,0]' < 2.5
  Limit: 2
  Exact: no ann index on the column

SELECT id FROM p WHERE emb <-> '[0,0]' < 2.5 ORDER BY emb <-> '[0,0]' LIMIT 2;
----
id
1
2

CREATE INDEX p_emb ON p USING ann (emb) WITH (filters = 'kind');
----
ok

quiet
CALL persist_ann_index('p', 'emb');
----
ok

-- The index finds them in order, with or without ORDER BY and LIMIT.
EXPLAIN SELECT id FROM p WHERE emb <-> '[0,0]' < 2.5;
----
QUERY PLAN
AnnRangePlan on p using p_emb  (rows=10)
  Order: emb <-> '[0,0]'
  Within: emb <-> '[0,0]' < 2.5

SELECT id FROM p WHERE emb <-> '[0,0]' < 2.5;
----
id
1
2
3

EXPLAIN SELECT id FROM p WHERE emb <-> '[0,0]' < 2.5 LIMIT 2;
----
QUERY PLAN
AnnTopKPlan on p using p_emb  (rows=2)
  Order: emb <-> '[0,0]'
  Within: emb <-> '[0,0]' < 2.5
  Limit: 2

SELECT kind || id FROM p WHERE emb <-> '[0,0]' < 2.5 LIMIT 1 OFFSET 2;
----
column1
a3

SELECT DISTINCT kind FROM p WHERE emb <-> '[0,0]' < 2.5 LIMIT 3;
----
kind
a
b

EXPLAIN SELECT id, emb <-> '[0,0]' AS d FROM p WHERE 2.0 >= emb <-> '[0,0]' AND kind = 'a' AND id <> 9 ORDER BY d;
----
QUERY PLAN
AnnRangePlan on p using p_emb  (rows=10)
  Order: emb <-> '[0,0]'
  Within: 2 >= emb <-> '[0,0]'
  Index Filter: kind = 'a' AND id <> 9

SELECT id, emb <-> '[0,0]' AS d FROM p WHERE 2.0 >= emb <-> '[0,0]' AND kind = 'a' AND id <> 9 ORDER BY d;
----
id | d
1 | 0.0
3 | 2.0

EXPLAIN SELECT id FROM p WHERE emb <-> '[0,0]' BETWEEN 1 AND 3 ORDER BY emb <-> '[0,0]' LIMIT 2;
----
QUERY PLAN
AnnTopKPlan on p using p_emb  (rows=2)
  Order: emb <-> '[0,0]'
  Within: emb <-> '[0,0]' BETWEEN 1 AND 3
  Limit: 2

SELECT id FROM p WHERE emb <-> '[0,0]' BETWEEN 1 AND 3 ORDER BY emb <-> '[0,0]' LIMIT 2;
----
id
2
3

SELECT id FROM p WHERE emb <-> '[0,0]' BETWEEN 1 AND 3 ORDER BY emb <-> '[0,0]' LIMIT 5 OFFSET 1;
----
id
3
4

SELECT id FROM p WHERE emb <-> '[0,0]' < 3.5 AND emb <-> '[0,0]' > 0.5 ORDER BY id DESC;
----
id
4
3
2

SELECT count(*) FROM p WHERE l2_distance(emb, '[0,0]') <= 2;
----
count
3

SELECT id FROM p WHERE emb <-> '[0,0]' = 1;
----
id
2

SELECT id FROM p WHERE emb <-> '[0,0]' < NULL;
----
id

SELECT id FROM p WHERE emb <-> NULL < 5;
----
id

SELECT id FROM p WHERE emb <-> '[0,0]' < -1;
----
id

SELECT id FROM p WHERE emb <-> '[0,0]' < 100 ORDER BY kind, id;
----
id
1
3
5
2
4

SELECT id FROM p WHERE emb <-> '[0,0]' < '2.5' ORDER BY id;
----
id
1
2
3

SELECT id FROM p WHERE emb <-> '[0,0]' < 'far';
----
error 22P02 at 1:42: invalid input for type REAL: "far"

SELECT id FROM p WHERE emb <-> '[0,0,0]' < 1;
----
error 22000 at 1:32: expected a vector of 2 dimensions, not 3

SELECT id FROM p WHERE emb <-> '[0,0]' < 1 / (id - 1);
----
error 22012 at 1:42: division by zero

-- Only a bound from above ends a walk; another metric, OR and NOT are for rows.
EXPLAIN SELECT id FROM p WHERE emb <-> '[0,0]' > 2.5;
----
QUERY PLAN
SeqScan on p  (rows=333)
  Filter: emb <-> '[0,0]' > 2.5

EXPLAIN SELECT id FROM p WHERE emb <=> '[1,0]' < 0.5;
----
QUERY PLAN
SeqScan on p  (rows=333)
  Filter: emb <=> '[1,0]' < 0.5

EXPLAIN SELECT id FROM p WHERE emb <-> '[0,0]' < 1 OR id = 4;
----
QUERY PLAN
SeqScan on p  (rows=334)
  Filter: emb <-> '[0,0]' < 1 OR id = 4

SELECT id FROM p WHERE emb <-> '[0,0]' < 1 OR id = 4 ORDER BY id;
----
id
1
4

EXPLAIN SELECT id FROM p WHERE emb <-> '[0,0]' < 1 AND emb <-> '[1,1]' < 2;
----
QUERY PLAN
AnnRangePlan on p using p_emb  (rows=10)
  Order: emb <-> '[0,0]'
  Within: emb <-> '[0,0]' < 1
  Recheck: emb <-> '[1,1]' < 2

EXPLAIN SELECT id FROM p WHERE emb <-> '[0,0]' < 1 AND id = 4;
----
QUERY PLAN
PkLookup on p  (rows=1)
  Key: id = 4
  Filter: emb <-> '[0,0]' < 1

EXPLAIN SELECT id FROM p WHERE emb <-> '[0,0]' < 2.5 ORDER BY emb <-> '[0,0]' DESC;
----
QUERY PLAN
Project  (rows=10)
  Output: id
  ->  Sort  (rows=10)
        Sort Key: emb <-> '[0,0]' DESC
        ->  Project  (rows=10)
              Output: id, emb, emb <-> '[0,0]'
              ->  AnnRangePlan on p using p_emb  (rows=10)
                    Order: emb <-> '[0,0]'
                    Within: emb <-> '[0,0]' < 2.5

SELECT id FROM p WHERE emb <-> '[0,0]' < 2.5 ORDER BY emb <-> '[0,0]' DESC;
----
id
3
2
1

SELECT a.id, b.id FROM p AS a JOIN p AS b ON a.kind = b.kind WHERE a.emb <-> '[0,0]' < 0.5 ORDER BY b.id;
----
id | id
1 | 1
1 | 3
1 | 5

-- What changes rows is found exactly.
EXPLAIN UPDATE p SET kind = 'c' WHERE emb <-> '[0,0]' < 1.5;
----
QUERY PLAN
Update on p
  Set: kind = 'c'
  ->  SeqScan on p  (rows=333)
        Filter: emb <-> '[0,0]' < 1.5

UPDATE p SET emb = '[0,1.5]' WHERE emb <-> '[0,0]' < 0.5;
----
ok, 1 row

SELECT id, emb <-> '[0,0]' AS d FROM p WHERE emb <-> '[0,0]' < 2.5 ORDER BY d;
----
id | d
2 | 1.0
1 | 1.5
3 | 2.0

DELETE FROM p WHERE emb <-> '[0,0]' < 1.25;
----
ok, 1 row

SELECT id FROM p WHERE emb <-> '[0,0]' < 2.5;
----
id
1
3

