-- TABLESAMPLE: a part of a table.

CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, s TEXT);
----
ok

INSERT INTO t SELECT n, n % 10, 'text ' || n FROM generate_series(1, 4000) AS g (n);
----
ok, 4000 rows

CREATE INDEX t_a ON t (a);
----
ok

CREATE TABLE bare (x TEXT);
----
ok

INSERT INTO bare VALUES ('one'), ('two'), ('three');
----
ok, 3 rows

-- All, or nothing.

SELECT count(*) FROM t TABLESAMPLE BERNOULLI (100);
----
count
4000

SELECT count(*) FROM t TABLESAMPLE SYSTEM (100);
----
count
4000

SELECT count(*) FROM t TABLESAMPLE BERNOULLI (0);
----
count
0

SELECT count(*) FROM t TABLESAMPLE SYSTEM (0);
----
count
0

SELECT x FROM bare TABLESAMPLE BERNOULLI (100) ORDER BY x;
----
x
one
three
two

-- The same part for the same seed, in any query.

SELECT count(*) FROM t TABLESAMPLE BERNOULLI (10) REPEATABLE (42);
----
count
402

SELECT min(id), max(id) FROM t TABLESAMPLE BERNOULLI (10) REPEATABLE (42);
----
min | max
28 | 3999

SELECT count(*) FROM t AS x TABLESAMPLE BERNOULLI (10) REPEATABLE (42) WHERE x.a = 3;
----
count
45

SELECT s FROM t TABLESAMPLE BERNOULLI (10) REPEATABLE (42) ORDER BY id LIMIT 3;
----
s
text 28
text 32
text 38

SELECT count(*) FROM t TABLESAMPLE BERNOULLI (10) REPEATABLE (43);
----
count
374

SELECT count(*) FROM t x TABLESAMPLE BERNOULLI (10) REPEATABLE (42) JOIN t y TABLESAMPLE BERNOULLI (10) REPEATABLE (42) ON x.id = y.id;
----
count
402

SELECT count(*) FROM t x TABLESAMPLE SYSTEM (50) REPEATABLE (1) FULL JOIN t y TABLESAMPLE SYSTEM (50) REPEATABLE (1) ON x.id = y.id
  WHERE x.id IS NULL OR y.id IS NULL;
----
count
0

-- Those that were taken stay, whatever becomes of others.

CREATE TABLE taken AS SELECT id FROM t TABLESAMPLE BERNOULLI (10) REPEATABLE (42);
----
ok

DELETE FROM t WHERE id % 3 = 0;
----
ok, 1333 rows

SELECT count(*) FROM taken WHERE id % 3 <> 0;
----
count
256

SELECT count(*) FROM t TABLESAMPLE BERNOULLI (10) REPEATABLE (42) WHERE id IN (SELECT id FROM taken);
----
count
256

-- Smaller parts lie in larger ones.

SELECT count(*) FROM t x TABLESAMPLE BERNOULLI (5) REPEATABLE (7)
  WHERE x.id NOT IN (SELECT id FROM t TABLESAMPLE BERNOULLI (20) REPEATABLE (7));
----
count
0

-- Plans: no index, and no row is counted without being looked at.

EXPLAIN SELECT * FROM t TABLESAMPLE BERNOULLI (10) WHERE id = 5;
----
QUERY PLAN
SampleScan on t  (rows=1)
  Sample: BERNOULLI (10)
  Filter: id = 5

EXPLAIN SELECT * FROM t TABLESAMPLE SYSTEM (2.5) REPEATABLE (3) WHERE a = 5;
----
QUERY PLAN
SampleScan on t  (rows=1)
  Sample: SYSTEM (2.5) REPEATABLE (3)
  Filter: a = 5

EXPLAIN SELECT count(*) FROM t TABLESAMPLE SYSTEM (50);
----
QUERY PLAN
HashAggregate  (rows=1)
  Aggregates: count(*)
  ->  SampleScan on t  (rows=1334)
        Sample: SYSTEM (50)

EXPLAIN SELECT max(a) FROM t TABLESAMPLE BERNOULLI (50);
----
QUERY PLAN
HashAggregate  (rows=1)
  Aggregates: max(a)
  ->  SampleScan on t  (rows=1334)
        Sample: BERNOULLI (50)

EXPLAIN SELECT s FROM t x TABLESAMPLE BERNOULLI (1) ORDER BY id LIMIT 3;
----
QUERY PLAN
Project  (rows=3)
  Output: s
  ->  TopN  (rows=3)
        Sort Key: id
        Limit: 3
        ->  SampleScan on t x  (rows=27)
              Sample: BERNOULLI (1)

EXPLAIN SELECT * FROM bare JOIN t TABLESAMPLE BERNOULLI (1) ON t.id = length(bare.x);
----
QUERY PLAN
HashJoin  (rows=1000)
  Hash Cond: length(bare.x) = t.id
  ->  SeqScan on bare  (rows=1000)
  ->  SampleScan on t  (rows=27)
        Sample: BERNOULLI (1)

EXPLAIN SELECT count(*) FROM t TABLESAMPLE BERNOULLI ((SELECT 10)) WHERE a > 3;
----
QUERY PLAN
Init  (rows=1)
  Answer: $1 = the value
  ->  HashAggregate  (rows=1)
        Aggregates: count(*)
        ->  SampleScan on t  (rows=89)
              Sample: BERNOULLI ($1)
              Filter: a > 3
  ->  Project  (rows=1)
        Output: 10
        ->  SingleRow  (rows=1)

-- In views, in changes, in the rows of others.

CREATE VIEW some AS SELECT * FROM t TABLESAMPLE BERNOULLI (10) REPEATABLE (42);
----
ok

SELECT count(*) FROM some;
----
count
256

DELETE FROM t USING bare TABLESAMPLE BERNOULLI (100) WHERE t.id = length(bare.x) RETURNING t.id;
----
id
5

INSERT INTO bare SELECT s FROM t TABLESAMPLE SYSTEM (0) RETURNING x;
----
x

WITH gone AS (DELETE FROM t WHERE id < 100 RETURNING id) SELECT count(*) FROM t TABLESAMPLE BERNOULLI (100) WHERE id < 100;
----
count
65

-- What is refused.

SELECT * FROM t TABLESAMPLE BERNOULLI (101);
----
error 2202H at 1:40: the percentage of TABLESAMPLE is not between 0 and 100

SELECT * FROM t TABLESAMPLE BERNOULLI (0 - 1);
----
error 2202H at 1:40: the percentage of TABLESAMPLE is not between 0 and 100

SELECT * FROM t TABLESAMPLE BERNOULLI (NULL);
----
error 2202H at 1:40: the percentage of TABLESAMPLE is NULL

SELECT * FROM t TABLESAMPLE BERNOULLI (10) REPEATABLE (NULL);
----
error 42601 at 1:56: syntax error: expected literal number, found NULL

SELECT * FROM t TABLESAMPLE BERNOULLI ('much');
----
error 22P02 at 1:40: invalid input for type REAL: "much"

SELECT * FROM t TABLESAMPLE BERNOULLI (a);
----
error 42703 at 1:40: column "a" does not exist

SELECT * FROM t TABLESAMPLE BERNOULLI (sum(1));
----
error 42803 at 1:40: an aggregate is not allowed in TABLESAMPLE

SELECT * FROM t TABLESAMPLE ROW (10);
----
error 0A000 at 1:15: this method of TABLESAMPLE is not supported
hint: BERNOULLI takes rows, SYSTEM rows that lie together

SELECT * FROM t TABLESAMPLE (10);
----
error 0A000 at 1:15: this method of TABLESAMPLE is not supported
hint: BERNOULLI takes rows, SYSTEM rows that lie together

SELECT * FROM t TABLESAMPLE BERNOULLI;
----
error 42601 at 1:38: syntax error: expecting number or byte length e.g. 100M

SELECT * FROM t TABLESAMPLE BERNOULLI (10 ROWS);
----
error 42601 at 1:15: syntax error: TABLESAMPLE takes a percentage in parentheses

SELECT * FROM t TABLESAMPLE BERNOULLI (10) SEED (3);
----
error 0A000 at 1:15: SEED is not supported

SELECT * FROM some TABLESAMPLE BERNOULLI (10);
----
error 42809 at 1:15: TABLESAMPLE takes a table, which "some" is not

SELECT * FROM nosuch TABLESAMPLE BERNOULLI (10);
----
error 42P01 at 1:15: table "nosuch" does not exist

WITH w AS (SELECT 1) SELECT * FROM w TABLESAMPLE BERNOULLI (10);
----
error 42809 at 1:36: TABLESAMPLE takes a table, which "w" is not

SELECT * FROM (SELECT 1) AS q TABLESAMPLE BERNOULLI (10);
----
error 0A000 at 1:29: TABLESAMPLE is not supported

SELECT * FROM generate_series(1, 3) TABLESAMPLE BERNOULLI (10);
----
error 0A000 at 1:15: TABLESAMPLE of a function is not supported

UPDATE t TABLESAMPLE BERNOULLI (10) SET a = 1;
----
error 0A000 at 1:8: TABLESAMPLE of a changed table is not supported

SELECT * FROM pg_tables TABLESAMPLE BERNOULLI (10);
----
error 42P01 at 1:15: table "pg_tables" does not exist
