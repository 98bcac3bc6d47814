-- What is not SQL, and what is not supported: named, with its place; nothing is ignored.

SELEC 1;
----
error 42601 at 1:1: syntax error: expected a statement, found SELEC

SELECT 1 +;
----
error 42601 at 1:11: syntax error: expected an expression, found the end of the statement

SELECT (1;
----
error 42601 at 1:10: syntax error: expected ), found the end of the statement

SELECT 'open;
----
error 42601 at 1:8: syntax error: unterminated string literal

CREATE TABLE t (a INTEGER, b TEXT);
----
ok

SELECT a FROM t WHERE a = (SELECT 1);
----
a

SELECT a FROM t WHERE EXISTS (SELECT 1);
----
a

SELECT a FROM t WHERE a IN (SELECT a FROM t);
----
a

WITH x AS (SELECT 1) SELECT * FROM x;
----
column1
1

SELECT 1 UNION SELECT 2;
----
column1
1
2

SELECT t.a FROM t LEFT JOIN t u ON t.a = u.a;
----
a

SELECT ROW_NUMBER() OVER (ORDER BY a) FROM t;
----
row_number

INSERT INTO t VALUES (1, 'x') ON CONFLICT DO NOTHING;
----
ok, 1 row

INSERT INTO t VALUES (1, 'x') RETURNING a;
----
a
1

SELECT a FROM t FOR UPDATE;
----
error 0A000 at 1:1: FOR UPDATE or FOR SHARE is not supported

CREATE TABLE c (a INTEGER CHECK (a > 0));
----
ok

CREATE TABLE f (a INTEGER REFERENCES t (a));
----
error 42830 at 1:38: there is no unique constraint matching given keys for referenced table "t"

CREATE VIEW w AS SELECT 1;
----
ok

ALTER TABLE t ADD COLUMN c INTEGER;
----
ok

CREATE TABLE g (a INTEGER GENERATED ALWAYS AS (1) STORED);
----
ok

SAVEPOINT s;
----
error 25P01: SAVEPOINT can only be used in a transaction

CREATE TABLE u (a MONEY);
----
error 0A000 at 1:19: type MONEY is not supported
hint: the types are INTEGER, REAL, NUMERIC, TEXT, BLOB, BOOLEAN, DATE, TIME, TIMESTAMP, TIMESTAMPTZ, INTERVAL, UUID, VECTOR(n), and arrays of all but the last

SELECT a COLLATE nocase FROM t;
----
error 42804 at 1:8: COLLATE takes TEXT, not INTEGER

UPDATE t SET a = 1 FROM t u;
----
ok, 2 rows

DELETE FROM t USING t u;
----
ok, 2 rows

SELECT 1; SELECT 2;
----
error: the text holds more than one statement; execute_batch runs those
