-- Views: queries with names.

CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, s TEXT);
----
ok

INSERT INTO t VALUES (1, 10, 'x'), (2, 20, 'y'), (3, 30, NULL);
----
ok, 3 rows

CREATE VIEW big AS SELECT id, a * 2 AS twice, s FROM t WHERE a > 10;
----
ok

SELECT * FROM big ORDER BY id;
----
id | twice | s
2 | 40 | y
3 | 60 | NULL

CREATE VIEW named (n, letter) AS SELECT twice, s FROM big;
----
ok

SELECT v.letter, t.id FROM named AS v JOIN t ON t.s = v.letter;
----
letter | id
y | 2

-- A condition reaches the table.
EXPLAIN SELECT letter FROM named WHERE n = 40;
----
QUERY PLAN
SeqScan on t  (rows=3)
  Filter: a > 10 AND a * 2 = 40

EXPLAIN SELECT twice FROM big WHERE id = 2;
----
QUERY PLAN
Project  (rows=1)
  Output: a * 2
  ->  PkLookup on t  (rows=1)
        Key: id = 2
        Filter: a > 10

-- It sees what is there when it is read, and nothing of the statement around it.
UPDATE t SET a = 11 WHERE id = 1;
----
ok, 1 row

WITH t AS (SELECT 1 AS id) SELECT count(*) FROM big;
----
count
3

SELECT (SELECT count(*) FROM big WHERE big.id < t.id) FROM t ORDER BY id;
----
count
0
1
2

-- Names are shared with tables and indexes.
CREATE VIEW t AS SELECT 1;
----
error 42P07 at 1:13: relation "t" already exists

CREATE TABLE big (x INTEGER);
----
error 42P07 at 1:14: relation "big" already exists

CREATE INDEX named ON t (a);
----
error 42P07 at 1:14: relation "named" already exists

CREATE VIEW IF NOT EXISTS big AS SELECT nothing;
----
ok

CREATE VIEW twice AS SELECT 1 AS a, 2 AS a;
----
error 42701 at 1:13: column "a" is named more than once

CREATE VIEW lost AS SELECT nosuch FROM t;
----
error 42703 at 1:28: column "nosuch" does not exist

CREATE VIEW asked AS SELECT ?;
----
error 0A000 at 1:13: a parameter in CREATE VIEW is not supported

-- Rows are changed in tables.
INSERT INTO big VALUES (1, 2, 'z');
----
error 42809 at 1:13: "big" is a view, not a table

DELETE FROM big;
----
error 42809 at 1:13: "big" is a view, not a table

UPDATE big SET s = '';
----
error 42809 at 1:8: "big" is a view, not a table

DROP TABLE big;
----
error 42809 at 1:12: "big" is a view, not a table

DROP VIEW t;
----
error 42809 at 1:11: "t" is a table, not a view

-- Replacing keeps the columns that are there.
CREATE OR REPLACE VIEW big AS SELECT id, a * 3 AS twice, s, a FROM t;
----
ok

SELECT n FROM named ORDER BY n;
----
n
33
60
90

CREATE OR REPLACE VIEW big AS SELECT id FROM t;
----
error 42P16 at 1:24: cannot drop columns of a view by replacing it

CREATE OR REPLACE VIEW big AS SELECT a AS id, id AS twiced, s, a FROM t;
----
error 42P16 at 1:24: cannot make column "twiced" of column "twice" by replacing a view

CREATE OR REPLACE VIEW big AS SELECT n AS id, n AS twice, letter AS s, n AS a FROM named;
----
error 42P16 at 1:24: view "big" would read itself

-- What is read stays.
DROP TABLE t;
----
error 2BP01 at 1:12: view "big" reads what is to be dropped
hint: drop it first, or write CASCADE

DROP VIEW big RESTRICT;
----
error 2BP01 at 1:11: view "named" reads what is to be dropped
hint: drop it first, or write CASCADE

-- An error of a view's expression has no place in the statement's text.
CREATE VIEW bad AS SELECT 1 / (id - 1) AS x FROM t;
----
ok

SELECT x FROM bad;
----
error 22012 at 1:8: division by zero

-- In a transaction, and after a restart.
BEGIN;
----
ok

CREATE VIEW gone AS SELECT 1 AS one;
----
ok

SELECT * FROM gone;
----
one
1

ROLLBACK;
----
ok

SELECT * FROM gone;
----
error 42P01 at 1:15: table "gone" does not exist

reopen

SELECT n FROM named ORDER BY n;
----
n
33
60
90

DROP VIEW IF EXISTS nosuch;
----
ok

DROP VIEW nosuch;
----
error 42P01 at 1:11: view "nosuch" does not exist

-- A view may go before what reads it, which then has nothing to read.
DROP VIEW big;
----
ok

SELECT n FROM named;
----
error 42P01 at 1:15: table "big" does not exist

CREATE VIEW big AS SELECT id, 7 AS twice, s FROM t;
----
ok

SELECT DISTINCT n FROM named;
----
n
7

DROP TABLE t CASCADE;
----
ok

SELECT * FROM named;
----
error 42P01 at 1:15: table "named" does not exist
