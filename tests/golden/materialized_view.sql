-- Materialized views: tables that keep what a query gave.

CREATE TABLE t (id INTEGER PRIMARY KEY, kind TEXT, price INTEGER);
----
ok

INSERT INTO t VALUES (1, 'a', 10), (2, 'a', 20), (3, 'b', 5), (4, NULL, 7);
----
ok, 4 rows

CREATE MATERIALIZED VIEW totals AS SELECT kind, sum(price) AS total, count(*) AS n FROM t GROUP BY kind;
----
ok

SELECT * FROM totals ORDER BY kind;
----
kind | total | n
a | 30 | 2
b | 5 | 1
NULL | 7 | 1

-- It keeps what it had.
INSERT INTO t VALUES (5, 'b', 100);
----
ok, 1 row

SELECT * FROM totals WHERE kind = 'b';
----
kind | total | n
b | 5 | 1

REFRESH MATERIALIZED VIEW totals;
----
ok

SELECT * FROM totals WHERE kind = 'b';
----
kind | total | n
b | 105 | 2

EXPLAIN SELECT * FROM totals WHERE total > 10;
----
QUERY PLAN
SeqScan on totals  (rows=333)
  Filter: total > 10

-- Its indexes.
CREATE INDEX totals_total ON totals (total);
----
ok

CREATE UNIQUE INDEX totals_kind ON totals (kind);
----
ok

EXPLAIN SELECT kind FROM totals WHERE kind = 'a';
----
QUERY PLAN
IndexOnlyScan on totals using totals_kind  (rows=1)
  Index Cond: kind = 'a'

INSERT INTO t VALUES (6, 'c', 1);
----
ok, 1 row

REFRESH MATERIALIZED VIEW totals;
----
ok

SELECT total FROM totals WHERE kind = 'c';
----
total
1

-- Others may go on; rows that stay the same are not touched.
SELECT rowid, * FROM totals ORDER BY kind;
----
rowid | kind | total | n
1 | a | 30 | 2
2 | b | 105 | 2
4 | c | 1 | 1
3 | NULL | 7 | 1

DELETE FROM t WHERE kind = 'c';
----
ok, 1 row

UPDATE t SET price = 6 WHERE id = 3;
----
ok, 1 row

INSERT INTO t VALUES (7, 'd', 2);
----
ok, 1 row

REFRESH MATERIALIZED VIEW CONCURRENTLY totals WITH DATA;
----
ok, 6 rows

SELECT rowid, * FROM totals ORDER BY kind;
----
rowid | kind | total | n
1 | a | 30 | 2
2 | b | 106 | 2
4 | d | 2 | 1
3 | NULL | 7 | 1

-- What cannot be.
INSERT INTO totals VALUES ('x', 1, 1);
----
error 42809 at 1:13: cannot change materialized view "totals"
hint: REFRESH MATERIALIZED VIEW fills it anew

UPDATE totals SET n = 0;
----
error 42809 at 1:8: cannot change materialized view "totals"
hint: REFRESH MATERIALIZED VIEW fills it anew

DELETE FROM totals;
----
error 42809 at 1:13: cannot change materialized view "totals"
hint: REFRESH MATERIALIZED VIEW fills it anew

MERGE INTO totals USING t ON false WHEN NOT MATCHED THEN INSERT VALUES ('x', 1, 1);
----
error 42809 at 1:12: cannot change materialized view "totals"
hint: REFRESH MATERIALIZED VIEW fills it anew

TRUNCATE totals;
----
error 42809 at 1:10: "totals" is a materialized view, not a table

COPY totals FROM STDIN;
----
error 42809 at 1:6: cannot change materialized view "totals"
hint: REFRESH MATERIALIZED VIEW fills it anew

ALTER TABLE totals ADD COLUMN x INTEGER;
----
error 42809 at 1:13: "totals" is a materialized view, not a table

DROP TABLE totals;
----
error 42809 at 1:12: "totals" is a materialized view, not a table
hint: DROP MATERIALIZED VIEW drops it

DROP VIEW totals;
----
error 42809 at 1:11: "totals" is a materialized view, not a view

DROP MATERIALIZED VIEW t;
----
error 42809 at 1:24: "t" is a table, not a materialized view

REFRESH MATERIALIZED VIEW t;
----
error 42809 at 1:27: "t" is a table, not a materialized view

REFRESH MATERIALIZED VIEW total;
----
error 42P01 at 1:27: materialized view "total" does not exist
hint: did you mean "totals"?

CREATE TRIGGER x AFTER INSERT ON totals BEGIN SELECT 1; END;
----
error 42809 at 1:34: "totals" is a materialized view, not a table

CREATE TABLE child (k TEXT REFERENCES totals (kind));
----
error 42809 at 1:39: "totals" is a materialized view, not a table

CREATE TABLE totals (a INTEGER);
----
error 42P07 at 1:14: relation "totals" already exists

CREATE MATERIALIZED VIEW totals AS SELECT 1;
----
error 42P07 at 1:26: relation "totals" already exists

CREATE MATERIALIZED VIEW t AS SELECT 1;
----
error 42P07 at 1:26: relation "t" already exists

CREATE MATERIALIZED VIEW IF NOT EXISTS t AS SELECT 1;
----
error 42P07 at 1:40: relation "t" already exists

CREATE MATERIALIZED VIEW IF NOT EXISTS totals AS SELECT 1;
----
ok

CREATE MATERIALIZED VIEW twice AS SELECT 1 AS a, 2 AS a;
----
error 42701 at 1:26: column "a" is named more than once

CREATE MATERIALIZED VIEW many (a, b) AS SELECT 1;
----
error 42601 at 1:35: the alias names 2 columns, and there are 1

CREATE MATERIALIZED VIEW asked AS SELECT ?;
----
error 0A000 at 1:26: a parameter in CREATE MATERIALIZED VIEW is not supported

CREATE MATERIALIZED VIEW wrong AS SELECT nosuch FROM t;
----
error 42703 at 1:42: column "nosuch" does not exist

CREATE MATERIALIZED VIEW wrong AS DELETE FROM t;
----
error 0A000 at 1:35: anything but a query in a materialized view is not supported

CREATE MATERIALIZED VIEW wrong WITH (fillfactor = 70) AS SELECT 1;
----
error 0A000 at 1:32: WITH in CREATE MATERIALIZED VIEW is not supported

CREATE OR REPLACE MATERIALIZED VIEW totals AS SELECT 1;
----
error 0A000 at 1:1: CREATE OR REPLACE is not supported

REFRESH totals;
----
error 42601 at 1:1: syntax error: expected a statement, found REFRESH

REFRESH MATERIALIZED VIEW totals WITH;
----
error 42601 at 1:34: syntax error: expected the end of the statement, found WITH

ALTER MATERIALIZED VIEW totals SET SCHEMA x;
----
error 0A000 at 1:32: ALTER MATERIALIZED VIEW … SET is not supported
hint: RENAME TO and RENAME COLUMN are there

-- Without data.
CREATE MATERIALIZED VIEW empty (a, b) AS SELECT id, kind FROM t WHERE price > 5 WITH NO DATA;
----
ok

SELECT * FROM empty;
----
error 55000: materialized view "empty" has not been populated
hint: REFRESH MATERIALIZED VIEW fills it

SELECT count(*) FROM t WHERE id IN (SELECT a FROM empty);
----
error 55000: materialized view "empty" has not been populated
hint: REFRESH MATERIALIZED VIEW fills it

CREATE VIEW over_empty AS SELECT a FROM empty;
----
ok

SELECT * FROM over_empty;
----
error 55000: materialized view "empty" has not been populated
hint: REFRESH MATERIALIZED VIEW fills it

REFRESH MATERIALIZED VIEW CONCURRENTLY empty;
----
error 0A000 at 1:40: CONCURRENTLY for a materialized view that is not populated is not supported
hint: REFRESH it without CONCURRENTLY first

CREATE INDEX empty_b ON empty (b);
----
ok

SELECT matviewname, hasindexes, ispopulated, definition FROM pg_matviews ORDER BY 1;
----
matviewname | hasindexes | ispopulated | definition
empty | true | false | SELECT id, kind FROM t WHERE price > 5
totals | true | true | SELECT kind, sum(price) AS total, count(*) AS n FROM t GROUP BY kind

REFRESH MATERIALIZED VIEW empty;
----
ok

SELECT * FROM over_empty ORDER BY a;
----
a
1
2
3
4
5

REFRESH MATERIALIZED VIEW CONCURRENTLY empty;
----
error 55000 at 1:40: cannot refresh materialized view "empty" concurrently
hint: create a unique index without WHERE on columns of it

REFRESH MATERIALIZED VIEW CONCURRENTLY totals WITH NO DATA;
----
error 42601 at 1:40: REFRESH options CONCURRENTLY and WITH NO DATA cannot be used together

REFRESH MATERIALIZED VIEW empty WITH NO DATA;
----
ok

SELECT * FROM over_empty;
----
error 55000: materialized view "empty" has not been populated
hint: REFRESH MATERIALIZED VIEW fills it

REFRESH MATERIALIZED VIEW empty WITH DATA;
----
ok

-- A refresh that fails leaves what was there.
CREATE MATERIALIZED VIEW quotients AS SELECT id, 100 / price AS q FROM t;
----
ok

UPDATE t SET price = 0 WHERE id = 1;
----
ok, 1 row

REFRESH MATERIALIZED VIEW quotients;
----
error 22012: division by zero

SELECT q FROM quotients WHERE id = 1;
----
q
10

UPDATE t SET price = 10 WHERE id = 1;
----
ok, 1 row

CREATE UNIQUE INDEX quotients_q ON quotients (q);
----
ok

UPDATE t SET price = 20 WHERE id = 1;
----
ok, 1 row

REFRESH MATERIALIZED VIEW quotients;
----
error 23505: could not create unique index "quotients_q": key (q)=(5) is duplicated

REFRESH MATERIALIZED VIEW CONCURRENTLY quotients;
----
error 23505: duplicate key value violates unique constraint "quotients_q": key (q)=(5) already exists

SELECT count(*) FROM quotients;
----
count
6

BEGIN;
----
ok

REFRESH MATERIALIZED VIEW quotients WITH NO DATA;
----
ok

ROLLBACK;
----
ok

SELECT count(*) FROM quotients;
----
count
6

DROP MATERIALIZED VIEW quotients;
----
ok

-- What is read stays, or goes along.
CREATE MATERIALIZED VIEW above AS SELECT a + 1 AS a FROM over_empty;
----
ok

DROP TABLE t;
----
error 2BP01 at 1:12: view "over_empty" reads what is to be dropped
hint: drop it first, or write CASCADE

DROP MATERIALIZED VIEW empty;
----
error 2BP01 at 1:24: view "over_empty" reads what is to be dropped
hint: drop it first, or write CASCADE

DROP MATERIALIZED VIEW empty RESTRICT;
----
error 2BP01 at 1:24: view "over_empty" reads what is to be dropped
hint: drop it first, or write CASCADE

DROP VIEW over_empty;
----
error 2BP01 at 1:11: materialized view "above" reads what is to be dropped
hint: drop it first, or write CASCADE

ALTER TABLE t RENAME COLUMN price TO cost;
----
error 2BP01 at 1:13: materialized view "totals" reads what is to be changed
hint: drop it first

ALTER TABLE t RENAME TO u;
----
error 2BP01 at 1:13: materialized view "totals" reads what is to be changed
hint: drop it first

ALTER TABLE t ALTER COLUMN price TYPE TEXT;
----
error 2BP01 at 1:13: materialized view "totals" reads what is to be changed
hint: drop it first

ALTER TABLE t DROP COLUMN price;
----
error 2BP01 at 1:13: materialized view "totals" reads what is to be changed
hint: drop it first

ALTER MATERIALIZED VIEW above RENAME TO higher;
----
ok

ALTER MATERIALIZED VIEW higher RENAME COLUMN a TO b;
----
ok

ALTER MATERIALIZED VIEW higher RENAME b TO c;
----
ok

ALTER MATERIALIZED VIEW IF EXISTS nothing RENAME TO something;
----
ok

ALTER MATERIALIZED VIEW nothing RENAME TO something;
----
error 42P01 at 1:25: materialized view "nothing" does not exist

ALTER MATERIALIZED VIEW higher RENAME TO t;
----
error 42P07 at 1:42: relation "t" already exists

ALTER MATERIALIZED VIEW t RENAME TO x;
----
error 42809 at 1:25: "t" is a table, not a materialized view

SELECT type, name, sql FROM sqlite_schema WHERE type <> 'table' ORDER BY name;
----
type | name | sql
materialized view | empty | CREATE MATERIALIZED VIEW empty (a, b) AS SELECT id, kind FROM t WHERE price > 5 WITH NO DATA;
index | empty_b | CREATE INDEX empty_b ON empty (b);
materialized view | higher | CREATE MATERIALIZED VIEW "higher" ("c") AS SELECT a + 1 AS a FROM over_empty
view | over_empty | CREATE VIEW over_empty AS SELECT a FROM empty;
materialized view | totals | CREATE MATERIALIZED VIEW totals AS SELECT kind, sum(price) AS total, count(*) AS n FROM t GROUP BY kind;
index | totals_kind | CREATE UNIQUE INDEX totals_kind ON totals (kind);
index | totals_total | CREATE INDEX totals_total ON totals (total);

SELECT c FROM higher ORDER BY c;
----
c
2
3
4
5
6

REFRESH MATERIALIZED VIEW higher;
----
ok

SELECT table_name, table_type FROM information_schema.tables ORDER BY 1;
----
table_name | table_type
over_empty | VIEW
t | BASE TABLE

SELECT tablename, indexname FROM pg_indexes ORDER BY 2;
----
tablename | indexname
empty | empty_b
totals | totals_kind
totals | totals_total

BEGIN;
----
ok

DROP VIEW over_empty CASCADE;
----
ok

SELECT matviewname FROM pg_matviews ORDER BY 1;
----
matviewname
empty
totals

ROLLBACK;
----
ok

ALTER TABLE t DROP COLUMN price CASCADE;
----
ok

SELECT matviewname FROM pg_matviews ORDER BY 1;
----
matviewname

DROP MATERIALIZED VIEW IF EXISTS totals, empty;
----
ok

DROP MATERIALIZED VIEW totals;
----
error 42P01 at 1:24: materialized view "totals" does not exist

-- A vector index, and names of WITH.
CREATE TABLE docs (id INTEGER PRIMARY KEY, emb VECTOR(3), kind TEXT);
----
ok

INSERT INTO docs SELECT n, ('[' || n || ',' || n % 7 || ',1]')::VECTOR(3), 'k' || n % 2 FROM generate_series(1, 1500) AS s (n);
----
ok, 1500 rows

CREATE MATERIALIZED VIEW even AS WITH picked AS (SELECT * FROM docs WHERE kind = 'k0') SELECT id, emb FROM picked;
----
ok

CREATE INDEX even_emb ON even USING ann (emb);
----
ok

SELECT id FROM even ORDER BY emb <-> '[40,5,1]' LIMIT 3;
----
id
40
38
44

UPDATE docs SET kind = 'k0' WHERE id = 41;
----
ok, 1 row

REFRESH MATERIALIZED VIEW even;
----
ok

SELECT id FROM even ORDER BY emb <-> '[41,6,1]' LIMIT 3;
----
id
41
40
38

EXPLAIN SELECT id FROM even ORDER BY emb <-> '[41,6,1]' LIMIT 3;
----
QUERY PLAN
AnnTopKPlan on even using even_emb  (rows=3)
  Order: emb <-> '[41,6,1]'
  Limit: 3

CREATE UNIQUE INDEX even_id ON even (id);
----
ok

UPDATE docs SET emb = '[0,0,0]' WHERE id = 40;
----
ok, 1 row

REFRESH MATERIALIZED VIEW CONCURRENTLY even;
----
ok, 2 rows

SELECT id FROM even ORDER BY emb <-> '[0,0,0]' LIMIT 2;
----
id
40
2

PRAGMA integrity_check;
----
integrity_check
ok

CREATE MATERIALIZED VIEW main.qualified AS SELECT 1 AS a;
----
ok

REFRESH MATERIALIZED VIEW public.qualified;
----
ok

SELECT * FROM main.qualified;
----
a
1

ALTER MATERIALIZED VIEW main.qualified RENAME TO plain;
----
ok

DROP MATERIALIZED VIEW public.plain;
----
ok

CREATE MATERIALIZED VIEW other.v AS SELECT 1;
----
error 0A000 at 1:26: a name qualified by a schema is not supported
