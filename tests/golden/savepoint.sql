-- Savepoints: what is taken back, and what stays.

SAVEPOINT a;
----
error 25P01: SAVEPOINT can only be used in a transaction

BEGIN;
----
ok

SAVEPOINT a;
----
ok

CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE, emb VECTOR(2));
----
ok

INSERT INTO t VALUES (1, 'one', '[1,0]'), (2, 'two', '[0,1]');
----
ok, 2 rows

SAVEPOINT b;
----
ok

UPDATE t SET name = name || '!', emb = '[5,5]';
----
ok, 2 rows

DELETE FROM t WHERE id = 1;
----
ok, 1 row

CREATE INDEX t_emb ON t USING ann (emb);
----
ok

CREATE VIEW v AS SELECT name FROM t;
----
ok

SELECT * FROM v;
----
name
two!

-- A failed statement takes back itself alone, and leaves savepoints as they are.
INSERT INTO t VALUES (7, 'seven', NULL), (8, 'two!', NULL);
----
error 23505: duplicate key value violates unique constraint "t_name_key": key (name)=(two!) already exists

ROLLBACK TO SAVEPOINT b;
----
ok

SELECT * FROM t ORDER BY id;
----
id | name | emb
1 | one | [1, 0]
2 | two | [0, 1]

SELECT * FROM v;
----
error 42P01 at 1:15: table "v" does not exist
hint: did you mean "t"?

INSERT INTO t VALUES (3, 'one', NULL);
----
error 23505: duplicate key value violates unique constraint "t_name_key": key (name)=(one) already exists

-- It is still there, and may be returned to again.
INSERT INTO t VALUES (3, 'three', NULL);
----
ok, 1 row

ROLLBACK TO b;
----
ok

SELECT id FROM t ORDER BY emb <-> '[0,1]' LIMIT 1;
----
id
2

RELEASE b;
----
ok

ROLLBACK TO b;
----
error 3B001 at 1:13: savepoint "b" does not exist

-- Those set later are gone.
SAVEPOINT b;
----
ok

SAVEPOINT c;
----
ok

ROLLBACK TO a;
----
ok

RELEASE SAVEPOINT c;
----
error 3B001 at 1:19: savepoint "c" does not exist

SELECT * FROM t;
----
error 42P01 at 1:15: table "t" does not exist

COMMIT;
----
ok

SELECT * FROM t;
----
error 42P01 at 1:15: table "t" does not exist

-- The latest of a name is meant; released, the one before is back.
CREATE TABLE n (x INTEGER);
----
ok

BEGIN;
----
ok

SAVEPOINT s;
----
ok

INSERT INTO n VALUES (1);
----
ok, 1 row

SAVEPOINT S;
----
ok

INSERT INTO n VALUES (2);
----
ok, 1 row

ROLLBACK TO s;
----
ok

SELECT x FROM n;
----
x
1

RELEASE s;
----
ok

ROLLBACK TO s;
----
ok

SELECT x FROM n;
----
x

-- Set before anything was written, in a transaction that has read.
ROLLBACK;
----
ok

BEGIN;
----
ok

SELECT count(*) FROM n;
----
count
0

SAVEPOINT early;
----
ok

SAVEPOINT later;
----
ok

RELEASE later;
----
ok

ROLLBACK TO early;
----
ok

INSERT INTO n VALUES (3);
----
ok, 1 row

ROLLBACK WORK TO SAVEPOINT early;
----
ok

SELECT count(*) FROM n;
----
count
0

INSERT INTO n VALUES (4);
----
ok, 1 row

RELEASE early;
----
ok

COMMIT;
----
ok

SELECT x FROM n;
----
x
4

-- Rows that an ann index holds come back with what the index holds of them.
CREATE TABLE e (id INTEGER PRIMARY KEY, emb VECTOR(2));
----
ok

CREATE INDEX e_emb ON e USING ann (emb);
----
ok

INSERT INTO e VALUES (1, '[1,0]'), (2, '[0,1]');
----
ok, 2 rows

BEGIN;
----
ok

SAVEPOINT x;
----
ok

UPDATE e SET emb = '[9,9]' WHERE id = 1;
----
ok, 1 row

DELETE FROM e WHERE id = 2;
----
ok, 1 row

SELECT id, emb FROM e ORDER BY emb <-> '[0,1]' LIMIT 2;
----
id | emb
1 | [9, 9]

ROLLBACK TO x;
----
ok

SELECT id, emb FROM e ORDER BY emb <-> '[0,1]' LIMIT 2;
----
id | emb
2 | [0, 1]
1 | [1, 0]

INSERT INTO e VALUES (3, '[0,2]');
----
ok, 1 row

ROLLBACK TO x;
----
ok

COMMIT;
----
ok

SELECT id, emb FROM e ORDER BY emb <-> '[0,1]' LIMIT 3;
----
id | emb
2 | [0, 1]
1 | [1, 0]

-- In a transaction that only reads there is nothing to take back.
BEGIN READ ONLY;
----
ok

SAVEPOINT r;
----
ok

SELECT x FROM n;
----
x
4

ROLLBACK TO r;
----
ok

RELEASE r;
----
ok

COMMIT;
----
ok

BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
----
ok

INSERT INTO n VALUES (5);
----
error 25006: cannot write in a read-only transaction

ROLLBACK;
----
ok

BEGIN ISOLATION LEVEL SNAPSHOT;
----
error 42601 at 1:23: syntax error: expected an isolation level, found SNAPSHOT

RELEASE;
----
error 42601 at 1:8: syntax error: expected the name of a savepoint

SAVEPOINT;
----
error 42601 at 1:10: syntax error: expected the name of a savepoint

ROLLBACK TO;
----
error 42601 at 1:12: syntax error: expected the name of a savepoint

PRAGMA integrity_check;
----
integrity_check
ok
