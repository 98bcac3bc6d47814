-- Vector indexes on expressions.

CREATE TABLE t (id INTEGER PRIMARY KEY, cat INTEGER, emb VECTOR(4), alt VECTOR(4), any TEXT);
----
ok

INSERT INTO t VALUES (1, 1, '[0,0,9,9]', NULL, 'a'), (2, 1, '[1,0,-9,2]', NULL, 'b'), (3, 2, '[5,5,0,0]', NULL, 'c'), (4, 2, NULL, '[1,1,1,1]', 'd');
----
ok, 4 rows

CREATE INDEX t_head ON t USING ann ((subvector(emb, 1, 2))) INCLUDE (cat) WITH (metric = 'l2');
----
ok

CREATE INDEX t_bits ON t USING ann (binary_quantize(emb));
----
ok

CREATE INDEX t_half ON t USING ann ((emb::VECTOR(4, f16))) WITH (metric = 'cosine');
----
ok

CREATE INDEX t_either ON t USING ann ((coalesce(emb, alt)));
----
ok

-- The query's constants are folded, and either side may be the constant.
EXPLAIN SELECT id FROM t WHERE cat = 1 ORDER BY '[1,1]' <-> subvector(emb, 2 - 1, 2) LIMIT 2;
----
QUERY PLAN
AnnTopKPlan on t using t_head  (rows=2)
  Order: subvector(emb, 1, 2) <-> '[1,1]'
  Limit: 2
  Index Filter: cat = 1

SELECT id, subvector(emb, 1, 2) <-> '[1,1]' AS d FROM t ORDER BY d LIMIT 4;
----
id | d
2 | 1.0
1 | 1.4142135381698608
3 | 5.656854152679443
4 | NULL

SELECT id, round(emb::VECTOR(4, f16) <=> '[1,0,0,0]', 3) FROM t ORDER BY emb::VECTOR(4, f16) <=> '[1,0,0,0]' LIMIT 4;
----
id | round
3 | 0.293
2 | 0.892
1 | 1.0
4 | NULL

SELECT id, binary_quantize(emb) <~> '0011' FROM t ORDER BY binary_quantize(emb) <~> '0011' LIMIT 4;
----
id | distance
1 | 0.0
2 | 2.0
3 | 4.0
4 | NULL

SELECT id FROM t ORDER BY coalesce(emb, alt) <-> '[1,1,1,1]' LIMIT 2;
----
id
4
3

EXPLAIN SELECT id FROM t WHERE coalesce(emb, alt) <-> '[1,1,1,1]' < 0.5;
----
QUERY PLAN
AnnRangePlan on t using t_either  (rows=10)
  Order: CASE WHEN emb IS NOT NULL THEN emb ELSE alt END <-> '[1,1,1,1]'
  Within: CASE WHEN emb IS NOT NULL THEN emb ELSE alt END <-> '[1,1,1,1]' < 0.5

SELECT id FROM t WHERE coalesce(emb, alt) <-> '[1,1,1,1]' < 0.5;
----
id
4

UPDATE t SET alt = '[9,9,9,9]' WHERE id = 4;
----
ok, 1 row

SELECT id FROM t WHERE coalesce(emb, alt) <-> '[1,1,1,1]' < 0.5;
----
id

-- Another expression, another metric: no index.
EXPLAIN SELECT id FROM t ORDER BY subvector(emb, 1, 3) <-> '[1,1,1]' LIMIT 2;
----
QUERY PLAN
Project  (rows=2)
  Output: id
  ->  TopN  (rows=2)
        Sort Key: subvector(emb, 1, 3) <-> '[1,1,1]'
        Limit: 2
        ->  Project  (rows=1000)
              Output: id, emb, subvector(emb, 1, 3) <-> '[1,1,1]'
              ->  SeqScan on t  (rows=1000)

EXPLAIN SELECT id FROM t ORDER BY subvector(emb, 1, 2) <=> '[1,1]' LIMIT 2;
----
QUERY PLAN
VectorTopKPlan on t  (rows=2)
  Order: subvector(emb, 1, 2) <=> '[1,1]'
  Limit: 2
  Exact: ann index t_head has metric l2

SELECT id FROM t ORDER BY subvector(emb, 1, 2) <-> '[1,1,1]' LIMIT 2;
----
error 22000 at 1:52: expected a vector of 2 dimensions, not 3

SELECT column_name, metric, delta_rows FROM ann_index_status('t', 't_half');
----
column_name | metric | delta_rows
CAST(emb AS VECTOR(4, f16)) | cosine | 4

ALTER INDEX t_half RENAME TO t_f16;
----
ok

DROP INDEX t_f16;
----
ok

-- What cannot be indexed.
CREATE INDEX i ON t USING ann ((subvector(emb, 1, cat)));
----
error 42804 at 1:33: an ann index is on vectors of one dimension, and that of this VECTOR is not known
hint: say it with a cast: ((…)::VECTOR(128))

CREATE INDEX i ON t USING ann ((vector_norm(emb)));
----
error 42804 at 1:33: an ann index is on a VECTOR, and this expression is REAL

CREATE INDEX i ON t USING ann ((id));
----
error 42804 at 1:33: an ann index is on a VECTOR, and column "id" is INTEGER

CREATE INDEX i ON t USING ann (('[1,2]'::VECTOR(2)));
----
error 42P16 at 1:33: an index is on columns of its table, or on what is computed from them and constants alone

CREATE INDEX i ON t USING ann ((emb + ?));
----
error 42P16 at 1:33: an index is on columns of its table, or on what is computed from them and constants alone

CREATE INDEX i ON t USING ann ((sum(emb)));
----
error 42803 at 1:33: an aggregate is not allowed in an index

CREATE INDEX i ON t USING ann ((emb + nothing));
----
error 42703 at 1:39: column "nothing" does not exist

CREATE INDEX i ON t USING ann ((binary_quantize(emb))) WITH (metric = 'l2');
----
error 22023 at 1:71: metric l2 does not measure VECTOR(4, bit)
hint: the metrics are l2, cosine and inner_product, and hamming for bits

-- It has a meaning for every row, or it is not made.
CREATE INDEX i ON t USING ann ((CASE WHEN 1 / (cat - 1) > 5 THEN emb END));
----
error 22012: division by zero
hint: an ann index is on CASE WHEN 1 / (cat - 1) > 5 THEN emb END: each row has to have it, or NULL

CALL persist_ann_index('t', 'nothing');
----
error 42703 at 1:29: table "t" has no column "nothing"
