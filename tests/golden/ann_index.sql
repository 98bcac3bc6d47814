-- The life of a vector index: made, left for later, changed, renamed, dropped. No answer depends on it.

CREATE TABLE t (id INTEGER PRIMARY KEY, cat INTEGER, emb VECTOR(2));
----
ok

INSERT INTO t VALUES (1, 1, '[0,0]'), (2, 1, '[1,0]'), (3, 2, '[5,5]'), (4, 2, NULL);
----
ok, 4 rows

CREATE INDEX t_emb ON t USING ann (emb) INCLUDE (cat) WITH (deferred = on, auto_merge = off, merge_threshold = 500);
----
ok

CREATE INDEX t_cos ON t USING ann (emb) WITH (metric = 'cosine');
----
ok

SELECT id FROM t ORDER BY emb <-> '[1,1]' LIMIT 3;
----
id
2
1
3

ALTER INDEX t_emb RENAME TO t_near;
----
ok

ALTER INDEX t_near RENAME TO t_cos;
----
error 42P07 at 1:30: relation "t_cos" already exists

ALTER INDEX t_near RENAME TO t;
----
error 42P07 at 1:30: relation "t" already exists

ALTER INDEX T_NEAR RENAME TO "t_Near";
----
ok

EXPLAIN SELECT id FROM t WHERE cat = 1 ORDER BY emb <-> '[1,1]' LIMIT 3;
----
QUERY PLAN
AnnTopKPlan on t using t_Near  (rows=3)
  Order: emb <-> '[1,1]'
  Limit: 3
  Index Filter: cat = 1

ALTER INDEX t_near SET (auto_merge = on, merge_threshold = 50);
----
ok

ALTER INDEX t_near RESET (merge_threshold);
----
ok

ALTER INDEX t_near SET (auto_merge = maybe);
----
error 22023 at 1:38: option "auto_merge" is on or off

ALTER INDEX t_near SET (merge_threshold = 0);
----
error 22023 at 1:43: option "merge_threshold" is a number of rows, at least 1

ALTER INDEX t_near SET (metric = 'cosine');
----
error 0A000 at 1:25: changing the option "metric" of an index is not supported
hint: drop the index and make it anew

ALTER INDEX t_near SET (speed = 1);
----
error 22023 at 1:25: an index USING ann has no option "speed"
hint: the options are metric, filters, recall, auto_merge, merge_threshold, deferred

ALTER INDEX t_near SET (merge_treshold = 1);
----
error 22023 at 1:25: an index USING ann has no option "merge_treshold"
hint: did you mean "merge_threshold"?

ALTER INDEX t_gone SET (auto_merge = on);
----
error 42704 at 1:13: index "t_gone" does not exist

ALTER INDEX IF EXISTS t_gone RENAME TO t_here;
----
ok

ALTER INDEX t_near SET TABLESPACE x;
----
error 0A000 at 1:20: ALTER INDEX … SET is not supported
hint: RENAME TO, SET (…) and RESET (…) are there

ALTER INDEX t_near RENAME x;
----
error 42601 at 1:27: syntax error: expected TO, found x

CREATE INDEX t_cat ON t (cat);
----
ok

ALTER INDEX t_cat RENAME TO t_kind;
----
ok

ALTER INDEX t_kind SET (fillfactor = 70);
----
error 22023 at 1:25: an index USING btree has no option "fillfactor"

CREATE INDEX t_twice ON t USING ann (emb) WITH (deferred = on, deferred = off);
----
error 42601 at 1:64: option "deferred" is given twice

CREATE INDEX t_expr ON t USING ann (l2_normalize(emb));
----
ok

PRAGMA ann_auto_merge;
----
ann_auto_merge
1

PRAGMA ann_auto_merge = off;
----
ok

PRAGMA ann_auto_merge;
----
ann_auto_merge
0

PRAGMA ann_auto_merge = sometimes;
----
error 22023 at 1:25: "sometimes" is neither on nor off

DELETE FROM t WHERE id = 1;
----
ok, 1 row

SELECT id FROM t ORDER BY emb <-> '[1,1]' LIMIT 3;
----
id
2
3
4

BEGIN;
----
ok

ALTER INDEX t_near RENAME TO t_other;
----
ok

DROP INDEX t_cos;
----
ok

ROLLBACK;
----
ok

DROP INDEX t_near, t_cos;
----
ok

DROP INDEX t_other;
----
error 42704 at 1:12: index "t_other" does not exist

SELECT id FROM t ORDER BY emb <-> '[1,1]' LIMIT 3;
----
id
2
3
4
