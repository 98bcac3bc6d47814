-- The life of a vector index: made, left for later, changed, renamed, dropped. No answer depends on it.

CREATE TABLE t (id INTEGER PRIMARY KEY, cat INTEGER, emb VECTOR(2));

INSERT INTO t VALUES (1, 1, '[0,0]'), (2, 1, '[1,0]'), (3, 2, '[5,5]'), (4, 2, NULL);

CREATE INDEX t_emb ON t USING ann (emb) INCLUDE (cat) WITH (deferred = on, auto_merge = off, merge_threshold = 500);

CREATE INDEX t_cos ON t USING ann (emb) WITH (metric = 'cosine');

SELECT id FROM t ORDER BY emb <-> '[1,1]' LIMIT 3;

ALTER INDEX t_emb RENAME TO t_near;

ALTER INDEX t_near RENAME TO t_cos;

ALTER INDEX t_near RENAME TO t;

ALTER INDEX T_NEAR RENAME TO "t_Near";

EXPLAIN SELECT id FROM t WHERE cat = 1 ORDER BY emb <-> '[1,1]' LIMIT 3;

ALTER INDEX t_near SET (auto_merge = on, merge_threshold = 50);

ALTER INDEX t_near RESET (merge_threshold);

ALTER INDEX t_near SET (auto_merge = maybe);

ALTER INDEX t_near SET (merge_threshold = 0);

ALTER INDEX t_near SET (metric = 'cosine');

ALTER INDEX t_near SET (speed = 1);

ALTER INDEX t_near SET (merge_treshold = 1);

ALTER INDEX t_gone SET (auto_merge = on);

ALTER INDEX IF EXISTS t_gone RENAME TO t_here;

ALTER INDEX t_near SET TABLESPACE x;

ALTER INDEX t_near RENAME x;

ALTER TABLE t RENAME TO u;

CREATE INDEX t_cat ON t (cat);

ALTER INDEX t_cat RENAME TO t_kind;

ALTER INDEX t_kind SET (fillfactor = 70);

CREATE INDEX t_twice ON t USING ann (emb) WITH (deferred = on, deferred = off);

CREATE INDEX t_expr ON t USING ann (l2_normalize(emb));

PRAGMA ann_auto_merge;

PRAGMA ann_auto_merge = off;

PRAGMA ann_auto_merge;

PRAGMA ann_auto_merge = sometimes;

REINDEX t_near;

DELETE FROM t WHERE id = 1;

SELECT id FROM t ORDER BY emb <-> '[1,1]' LIMIT 3;

BEGIN;

ALTER INDEX t_near RENAME TO t_other;

DROP INDEX t_cos;

ROLLBACK;

DROP INDEX t_near, t_cos;

DROP INDEX t_other;

SELECT id FROM t ORDER BY emb <-> '[1,1]' LIMIT 3;
