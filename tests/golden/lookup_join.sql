-- A join that looks its right side up for several batches of its left side: here one for each value of IN.

CREATE TABLE one (id INTEGER PRIMARY KEY, a INTEGER);
----
ok

INSERT INTO one VALUES (8, 1), (11, 2), (14, 3), (15, 3);
----
ok, 4 rows

CREATE INDEX one_a ON one (a);
----
ok

CREATE TABLE other (id INTEGER PRIMARY KEY, r REAL, s TEXT);
----
ok

INSERT INTO other VALUES (5, 11.0, 'eleven'), (10, 8.0, 'eight'), (12, 14.0, 'fourteen'), (13, 14.0, NULL);
----
ok, 4 rows

CREATE INDEX other_r ON other (r);
----
ok

EXPLAIN SELECT one.id, other.id, s FROM one JOIN other ON one.id = r WHERE a IN (1, 2, 3);
----
QUERY PLAN
Project  (rows=1000)
  Output: one.id, other.id, other.s
  ->  LookupJoin with other using other_r  (rows=1000)
        Lookup: (other.r) = (one.id)
        ->  IndexOnlyScan on one using one_a  (rows=30)
              Index Cond: one.a IN (1, 2, 3)

SELECT one.id, other.id, s FROM one JOIN other ON one.id = r WHERE a IN (1, 2, 3) ORDER BY 1, 2;
----
id | id | s
8 | 10 | eight
11 | 5 | eleven
14 | 12 | fourteen
14 | 13 | NULL
