-- btree indexes on what is computed from a row's columns.

CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT, a INTEGER, b INTEGER);
----
ok

CREATE INDEX p_lower ON p (lower(name));
----
ok

CREATE INDEX p_sum ON p ((a + b), id);
----
ok

CREATE UNIQUE INDEX p_upper ON p (upper(name), a);
----
ok

INSERT INTO p VALUES (1, 'Ann', 1, 5), (2, 'bob', 2, 2), (3, 'ANNE', 3, 3), (4, NULL, NULL, 1), (5, 'Cy', 5, 9);
----
ok, 5 rows

EXPLAIN SELECT id FROM p WHERE lower(name) = 'ann';
----
QUERY PLAN
IndexOnlyScan on p using p_lower  (rows=10)
  Index Cond: (lower(name)) = 'ann'

SELECT id FROM p WHERE lower(name) = 'ann';
----
id
1

EXPLAIN SELECT id FROM p WHERE name = 'ann';
----
QUERY PLAN
SeqScan on p  (rows=10)
  Filter: name = 'ann'

EXPLAIN SELECT id FROM p WHERE 'ann' = lower(p.name) AND a = 1;
----
QUERY PLAN
IndexScan on p using p_lower  (rows=1)
  Index Cond: (lower(name)) = 'ann'
  Filter: a = 1

EXPLAIN SELECT id FROM p x WHERE a + b > 5 AND x.a + x.b <= 14;
----
QUERY PLAN
IndexOnlyScan on p x using p_sum  (rows=111)
  Index Cond: (a + b) > 5 AND (a + b) <= 14

SELECT id FROM p x WHERE a + b > 5 AND x.a + x.b <= 14 ORDER BY 1;
----
id
1
3
5

EXPLAIN SELECT id FROM p WHERE b + a = 6;
----
QUERY PLAN
SeqScan on p  (rows=10)
  Filter: b + a = 6

EXPLAIN SELECT id FROM p WHERE lower(name) IN ('cy', 'bob');
----
QUERY PLAN
IndexOnlyScan on p using p_lower  (rows=20)
  Index Cond: (lower(name)) IN ('cy', 'bob')

SELECT id FROM p WHERE lower(name) IN ('cy', 'bob') ORDER BY id;
----
id
2
5

EXPLAIN SELECT id FROM p WHERE lower(name) = ANY (ARRAY['cy', 'bob']);
----
QUERY PLAN
IndexOnlyScan on p using p_lower  (rows=20)
  Index Cond: (lower(name)) IN ('cy', 'bob')

EXPLAIN SELECT id FROM p WHERE a + b BETWEEN 4 AND 6.5;
----
QUERY PLAN
IndexOnlyScan on p using p_sum  (rows=111)
  Index Cond: (a + b) >= 4 AND (a + b) <= 6.5

SELECT id FROM p WHERE a + b BETWEEN 4 AND 6.5 ORDER BY id;
----
id
1
2
3

-- The order of an index.

EXPLAIN SELECT id, lower(name) FROM p ORDER BY lower(name) LIMIT 2;
----
QUERY PLAN
Project  (rows=2)
  Output: id, lower(name)
  ->  Limit  (rows=2)
        Limit: 2
        ->  Project  (rows=1000)
              Output: id, name, lower(name)
              ->  IndexScan on p using p_lower  (rows=1000)

SELECT id, lower(name) FROM p ORDER BY lower(name) LIMIT 2;
----
id | lower
1 | ann
3 | anne

EXPLAIN SELECT id FROM p ORDER BY lower(name) DESC LIMIT 2;
----
QUERY PLAN
Project  (rows=2)
  Output: id
  ->  Limit  (rows=2)
        Limit: 2
        ->  Project  (rows=1000)
              Output: id, name, lower(name)
              ->  IndexScan on p using p_lower backward  (rows=1000)

SELECT id FROM p ORDER BY lower(name) DESC LIMIT 2;
----
id
4
5

EXPLAIN SELECT id FROM p ORDER BY a + b DESC, id DESC LIMIT 3;
----
QUERY PLAN
Project  (rows=3)
  Output: id
  ->  Limit  (rows=3)
        Limit: 3
        ->  Project  (rows=1000)
              Output: id, a, b, a + b
              ->  IndexScan on p using p_sum backward  (rows=1000)

SELECT id FROM p ORDER BY a + b DESC, id DESC LIMIT 3;
----
id
4
5
3

EXPLAIN SELECT id FROM p WHERE a + b = 6 ORDER BY id LIMIT 3;
----
QUERY PLAN
Limit  (rows=3)
  Limit: 3
  ->  IndexOnlyScan on p using p_sum  (rows=10)
        Index Cond: (a + b) = 6

EXPLAIN SELECT id FROM p ORDER BY lower(name) NULLS FIRST LIMIT 2;
----
QUERY PLAN
Project  (rows=2)
  Output: id
  ->  TopN  (rows=2)
        Sort Key: lower(name) NULLS FIRST
        Limit: 2
        ->  Project  (rows=1000)
              Output: id, name, lower(name)
              ->  SeqScan on p  (rows=1000)

SELECT id FROM p ORDER BY lower(name) NULLS FIRST LIMIT 2;
----
id
4
1

EXPLAIN SELECT max(a + b) FROM p;
----
QUERY PLAN
HashAggregate  (rows=1)
  Aggregates: max(a + b)
  ->  Limit  (rows=1)
        Limit: 1
        ->  IndexScan on p using p_sum backward  (rows=990)
              Index Cond: (a + b) IS NOT NULL

SELECT max(a + b), min(a + b) FROM p;
----
max | min
14 | 4

SELECT max(a + b) FROM p;
----
max
14

SELECT min(lower(name)) FROM p;
----
min
ann

EXPLAIN SELECT min(lower(name)) FROM p;
----
QUERY PLAN
HashAggregate  (rows=1)
  Aggregates: min(lower(name))
  ->  Limit  (rows=1)
        Limit: 1
        ->  IndexScan on p using p_lower  (rows=990)
              Index Cond: (lower(name)) IS NOT NULL

EXPLAIN SELECT max(a + b) FROM p WHERE id < 3;
----
QUERY PLAN
HashAggregate  (rows=1)
  Aggregates: max(a + b)
  ->  Limit  (rows=1)
        Limit: 1
        ->  IndexScan on p using p_sum backward  (rows=330)
              Index Cond: (a + b) IS NOT NULL
              Filter: id < 3

EXPLAIN SELECT max(id) FROM p;
----
QUERY PLAN
HashAggregate  (rows=1)
  Aggregates: max(id)
  ->  Limit  (rows=1)
        Limit: 1
        ->  SeqScan on p backward  (rows=1000)
              Filter: id IS NOT NULL

SELECT max(id) FROM p;
----
max
5

SELECT max(a + b) FROM p WHERE a > 100;
----
max
NULL

-- A join looks up by it.

CREATE TABLE word (w TEXT);
----
ok

INSERT INTO word VALUES ('bob'), ('cy'), ('zoe');
----
ok, 3 rows

INSERT INTO p SELECT n, 'name' || n, n, n FROM generate_series(10, 20000) AS g (n);
----
ok, 19991 rows

EXPLAIN SELECT w, id FROM word LEFT JOIN p ON lower(p.name) = w;
----
QUERY PLAN
Project  (rows=19996)
  Output: word.w, p.id
  ->  LookupJoin left with p using p_lower  (rows=19996)
        Lookup: ((lower(name))) = (word.w)
        ->  SeqScan on word  (rows=1000)

SELECT w, id FROM word LEFT JOIN p ON lower(p.name) = w ORDER BY w;
----
w | id
bob | 2
cy | 5
zoe | NULL

DELETE FROM p WHERE id >= 10;
----
ok, 19991 rows

-- Unique, and changes.

INSERT INTO p VALUES (6, 'ann', 1, 0);
----
error 23505: duplicate key value violates unique constraint "p_upper": key (upper(name), a)=(ANN, 1) already exists

INSERT INTO p VALUES (6, 'ann', 2, 0);
----
ok, 1 row

UPDATE p SET name = upper(name);
----
ok, 6 rows

SELECT id FROM p WHERE lower(name) = 'bob';
----
id
2

UPDATE p SET a = 1 WHERE id = 6;
----
error 23505: duplicate key value violates unique constraint "p_upper": key (upper(name), a)=(ANN, 1) already exists

UPDATE p SET name = 'x' || id;
----
ok, 6 rows

SELECT id FROM p WHERE lower(name) = 'x4';
----
id
4

UPDATE p SET a = 3 - a WHERE id IN (1, 2);
----
ok, 2 rows

SELECT id, a + b FROM p WHERE a + b < 6 ORDER BY a + b, id;
----
id | column2
6 | 2
2 | 3

CREATE UNIQUE INDEX p_even ON p ((id % 2));
----
error 23505: could not create unique index "p_even": key (id % 2)=(0) is duplicated

CREATE INDEX p_div ON p ((10 / a));
----
ok

INSERT INTO p VALUES (7, 'y', 0, 0);
----
error 22012: division by zero
hint: index "p_div" computes it for each row

UPDATE p SET a = 0 WHERE id = 1;
----
error 22012: division by zero
hint: index "p_div" computes it for each row

DELETE FROM p WHERE 10 / a = 5 RETURNING id;
----
id
1
6

PRAGMA integrity_check;
----
integrity_check
ok

-- ON CONFLICT names what a unique index is on.

INSERT INTO p VALUES (8, 'X5', 5, 1) ON CONFLICT (upper(name), a) DO UPDATE SET b = excluded.b RETURNING id, b;
----
id | b
5 | 1

INSERT INTO p VALUES (8, 'x5', 5, 1) ON CONFLICT (a, upper(name)) DO NOTHING;
----
ok

INSERT INTO p VALUES (8, 'x5', 5, 1) ON CONFLICT (upper(name)) DO NOTHING;
----
error 42P10 at 1:51: there is no unique constraint or index on the columns of ON CONFLICT

INSERT INTO p VALUES (8, 'x5', 5, 1) ON CONFLICT (lower(name), a) DO NOTHING;
----
error 42P10 at 1:51: there is no unique constraint or index on the columns of ON CONFLICT

INSERT INTO p VALUES (8, 'x5', 5, 1) ON CONFLICT (upper(name), a) WHERE a > 1 DO NOTHING;
----
ok

INSERT INTO p VALUES (8, 'x5', 5, 1) ON CONFLICT ((SELECT 1)) DO NOTHING;
----
error 0A000 at 1:52: a query in what ON CONFLICT names is not supported

CREATE UNIQUE INDEX only_one ON p ((TRUE)) WHERE b = 77;
----
ok

UPDATE p SET b = 77 WHERE id = 5;
----
ok, 1 row

UPDATE p SET b = 77 WHERE id = 6;
----
ok

-- Definitions follow their columns.

ALTER TABLE p RENAME COLUMN name TO label;
----
ok

reopen

EXPLAIN SELECT id FROM p WHERE lower(label) = 'x5';
----
QUERY PLAN
IndexOnlyScan on p using p_lower  (rows=10)
  Index Cond: (lower(label)) = 'x5'

ALTER TABLE p ALTER COLUMN label TYPE VARCHAR(20);
----
error 2BP01 at 1:13: index "p_lower" is on a column whose type is to be changed
hint: drop it first

ALTER TABLE p DROP COLUMN b;
----
ok

EXPLAIN SELECT id FROM p WHERE lower(label) = 'x5';
----
QUERY PLAN
IndexOnlyScan on p using p_lower  (rows=10)
  Index Cond: (lower(label)) = 'x5'

DROP INDEX p_sum;
----
error 42704 at 1:12: index "p_sum" does not exist

ALTER TABLE p ADD COLUMN c INTEGER DEFAULT 4;
----
ok

CREATE INDEX p_c ON p ((a * c));
----
ok

SELECT id FROM p WHERE a * c = 20;
----
id
5

PRAGMA integrity_check;
----
integrity_check
ok

BEGIN;
----
ok

CREATE INDEX p_gone ON p ((a - c));
----
ok

ROLLBACK;
----
ok

EXPLAIN SELECT id FROM p WHERE a - c = 1;
----
QUERY PLAN
SeqScan on p  (rows=10)
  Filter: a - c = 1

-- A column in parentheses is a column.

CREATE INDEX p_a ON p ((a));
----
ok

EXPLAIN SELECT id FROM p WHERE a = 3;
----
QUERY PLAN
IndexOnlyScan on p using p_a  (rows=10)
  Index Cond: a = 3

-- What no index can be on.

CREATE INDEX i ON p (lower(nothing));
----
error 42703 at 1:28: column "nothing" does not exist

CREATE INDEX i ON p (gen_random_uuid());
----
error 42P16 at 1:22: an index is on columns of its table, or on what is computed from them and constants alone

CREATE INDEX i ON p ((a + ?));
----
error 42P16 at 1:23: an index is on columns of its table, or on what is computed from them and constants alone

CREATE INDEX i ON p (max(a));
----
error 42803 at 1:22: an aggregate is not allowed in an index

CREATE INDEX i ON p ((SELECT 1));
----
error 42P16 at 1:23: an index cannot be on what a query says

CREATE INDEX i ON p ((NULL));
----
error 42P18 at 1:23: the type of what the index is on is not known
hint: say it with a cast: ((…)::TEXT)

CREATE INDEX i ON p (lower(label), lower(label));
----
error 42701 at 1:36: an expression is twice in the key of an index

CREATE INDEX i ON p (a, a);
----
error 42701 at 1:25: column "a" is named more than once

CREATE INDEX i ON p (label text_pattern_ops);
----
error 0A000 at 1:22: an operator class is not supported

CREATE TABLE v (emb VECTOR(4), kind INTEGER);
----
ok

CREATE INDEX i ON v (subvector(emb, 1, 2));
----
error 0A000 at 1:22: an ordered index on an expression that gives a VECTOR is not supported

CREATE INDEX i ON v (vector_dims(emb), l2_distance(emb, '[0,0,0,0]'));
----
ok

INSERT INTO v VALUES ('[3,4,0,0]', 1), (NULL, 2);
----
ok, 2 rows

EXPLAIN SELECT kind FROM v WHERE vector_dims(emb) = 4 AND emb <-> '[0,0,0,0]' < 6;
----
QUERY PLAN
IndexScan on v using i  (rows=3)
  Index Cond: (vector_dims(emb)) = 4 AND (emb <-> CAST('[0,0,0,0]' AS VECTOR(4))) < 6

SELECT kind FROM v WHERE vector_dims(emb) = 4 AND emb <-> '[0,0,0,0]' < 6;
----
kind
1

UPDATE v SET emb = '[0,0,0,1]' WHERE kind = 2;
----
ok, 1 row

DELETE FROM v WHERE kind = 1;
----
ok, 1 row

PRAGMA integrity_check;
----
integrity_check
ok
