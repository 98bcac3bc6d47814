-- Triggers: statements that run when rows change.

CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b TEXT);
----
ok

CREATE TABLE log (n INTEGER PRIMARY KEY, what TEXT);
----
ok

-- FOR EACH ROW is the default; NEW and OLD are the row.
CREATE TRIGGER t_after AFTER INSERT OR UPDATE OR DELETE ON t
BEGIN
  INSERT INTO log (what) SELECT CASE WHEN OLD.id IS NULL THEN 'insert' WHEN NEW.id IS NULL THEN 'delete' ELSE 'update' END AS what;
  INSERT INTO log (what) VALUES (coalesce(OLD.a, -1) || ' to ' || coalesce(NEW.a, -1));
END;
----
ok

INSERT INTO t VALUES (1, 10, 'x'), (2, 20, 'y');
----
ok, 2 rows

UPDATE t SET a = a + 1 WHERE id = 1;
----
ok, 1 row

DELETE FROM t WHERE id = 2;
----
ok, 1 row

SELECT * FROM log ORDER BY n;
----
n | what
1 | insert
2 | -1 to 10
3 | insert
4 | -1 to 20
5 | update
6 | 10 to 11
7 | delete
8 | 20 to -1

EXPLAIN UPDATE t SET a = 0;
----
QUERY PLAN
Update on t
  Set: a = 0
  Trigger: t_after AFTER UPDATE ROW
  ->  SeqScan on t  (rows=1000)

DROP TRIGGER t_after;
----
ok

DROP TRIGGER t_after;
----
error 42704 at 1:14: trigger "t_after" does not exist

DROP TRIGGER IF EXISTS t_after;
----
ok

DROP TRIGGER IF EXISTS t_after ON nosuch;
----
ok

DELETE FROM log;
----
ok, 8 rows

-- Those of one kind fire in the order of their names; WHEN says for which rows.
CREATE TRIGGER two BEFORE INSERT ON t BEGIN SET NEW.b = NEW.b || '2'; END;
----
ok

CREATE TRIGGER one BEFORE INSERT ON t BEGIN SET NEW.b = coalesce(NEW.b, '') || '1'; END;
----
ok

CREATE TRIGGER three BEFORE INSERT ON t WHEN (NEW.a > 5) BEGIN SET NEW.b = NEW.b || '3', NEW.a = (SELECT max(a) FROM t); END;
----
ok

INSERT INTO t VALUES (3, 3, NULL), (4, 6, 'z') RETURNING *;
----
id | a | b
3 | 3 | 12
4 | 11 | z132

-- RAISE fails the statement, or leaves the row alone.
CREATE TRIGGER zero BEFORE UPDATE OF a ON t
BEGIN
  SELECT RAISE(ABORT, 'a is ' || OLD.a || ' for ever') WHERE NEW.a > 100;
  SELECT RAISE(IGNORE) WHERE NEW.id = 3;
END;
----
ok

UPDATE t SET a = 5;
----
ok, 2 rows

SELECT id, a FROM t ORDER BY id;
----
id | a
1 | 5
3 | 3
4 | 5

UPDATE t SET a = a + 100;
----
error P0001: a is 5 for ever

UPDATE t SET b = NULL WHERE id = 3;
----
ok, 1 row

EXPLAIN UPDATE t SET b = 'q';
----
QUERY PLAN
Update on t
  Set: b = 'q'
  ->  SeqScan on t  (rows=1000)

-- Statements.
CREATE TRIGGER whole AFTER UPDATE ON t REFERENCING OLD TABLE AS was NEW TABLE AS now FOR EACH STATEMENT
BEGIN
  INSERT INTO log (what) SELECT was.id || ': ' || was.a || ' to ' || now.a FROM was JOIN now USING (id) ORDER BY was.id;
  INSERT INTO log (what) SELECT count(*) || ' rows' FROM now;
END;
----
ok

UPDATE t SET a = 7 WHERE id < 3;
----
ok, 1 row

UPDATE t SET a = 7 WHERE id > 100;
----
ok

SELECT what FROM log ORDER BY n;
----
what
1: 5 to 7
1 rows
0 rows

ALTER TABLE t DISABLE TRIGGER whole;
----
ok

UPDATE t SET a = 8 WHERE id = 1;
----
ok, 1 row

ALTER TABLE t ENABLE TRIGGER ALL;
----
ok

SELECT count(*) FROM log;
----
count
3

-- Views.
CREATE VIEW v AS SELECT id, b AS name FROM t;
----
ok

INSERT INTO v VALUES (9, 'nine');
----
error 42809 at 1:13: "v" is a view, not a table

CREATE TRIGGER v_i INSTEAD OF INSERT OR UPDATE ON v WHEN (NEW.name IS NOT NULL) BEGIN
  INSERT INTO t (id, b) VALUES (NEW.id, NEW.name) ON CONFLICT (id) DO UPDATE SET b = excluded.b;
END;
----
ok

INSERT INTO v VALUES (9, 'nine'), (10, NULL);
----
ok, 2 rows

UPDATE v SET name = name || '!' WHERE id = 9;
----
ok, 1 row

EXPLAIN UPDATE v SET name = 'x' WHERE id = 9;
----
QUERY PLAN
Instead of UPDATE on v
  Trigger: v_i INSTEAD OF UPDATE ROW
  ->  Project  (rows=1)
        Output: id, b, 'x'
        ->  PkLookup on t  (rows=1)
              Key: id = 9

SELECT * FROM v ORDER BY id;
----
id | name
1 | x
3 | NULL
4 | z132
9 | nine12!12

DELETE FROM v;
----
error 42809 at 1:13: "v" is a view, not a table

INSERT INTO v VALUES (11, 'x') RETURNING id;
----
error 0A000 at 1:13: RETURNING of a change of a view is not supported

-- What is defined.
SELECT type, name, tbl_name FROM sqlite_schema WHERE type = 'trigger' ORDER BY name;
----
type | name | tbl_name
trigger | one | t
trigger | three | t
trigger | two | t
trigger | v_i | v
trigger | whole | t
trigger | zero | t

SELECT trigger_name, event_manipulation, event_object_table, action_order, action_orientation, action_timing FROM information_schema.triggers ORDER BY 1, 2;
----
trigger_name | event_manipulation | event_object_table | action_order | action_orientation | action_timing
one | INSERT | t | 1 | ROW | BEFORE
three | INSERT | t | 2 | ROW | BEFORE
two | INSERT | t | 3 | ROW | BEFORE
v_i | INSERT | v | 1 | ROW | INSTEAD OF
v_i | UPDATE | v | 1 | ROW | INSTEAD OF
whole | UPDATE | t | 1 | STATEMENT | AFTER
zero | UPDATE | t | 1 | ROW | BEFORE

reopen

INSERT INTO t VALUES (20, 1, 'again') RETURNING b;
----
b
again12

ALTER TRIGGER one ON t RENAME TO uno;
----
ok

ALTER TRIGGER one ON t RENAME TO other;
----
error 42704 at 1:15: trigger "one" for relation "t" does not exist

ALTER TRIGGER two ON t RENAME TO uno;
----
error 42710 at 1:34: trigger "uno" for relation "t" already exists

ALTER TABLE t RENAME TO renamed;
----
error 2BP01 at 1:13: view "v" reads what is to be changed
hint: drop it first

DROP VIEW v;
----
ok

-- What its statements name must stay; the name of its own table goes along.
ALTER TABLE t RENAME TO renamed;
----
error 2BP01 at 1:13: trigger "three" of "t" uses what is to be changed
hint: drop it first

DROP TRIGGER three ON t;
----
ok

ALTER TABLE t RENAME TO renamed;
----
ok

SELECT sql FROM sqlite_schema WHERE name = 'uno';
----
sql
CREATE TRIGGER "uno" BEFORE INSERT ON "renamed" BEGIN SET NEW.b = coalesce(NEW.b, '') || '1'; END;

ALTER TABLE renamed RENAME b TO c;
----
error 2BP01 at 1:13: trigger "two" of "renamed" uses what is to be changed
hint: drop it first

ALTER TABLE renamed DROP b;
----
error 2BP01 at 1:13: trigger "two" of "renamed" uses what is to be changed
hint: drop it first

DROP TABLE log;
----
error 2BP01 at 1:12: trigger "whole" of "renamed" uses what is to be dropped
hint: drop it first, or write CASCADE

DROP TABLE log CASCADE;
----
ok

-- Errors.
CREATE TRIGGER uno BEFORE INSERT ON renamed BEGIN SELECT 1; END;
----
error 42710 at 1:16: trigger "uno" for relation "renamed" already exists

CREATE TRIGGER IF NOT EXISTS uno BEFORE INSERT ON renamed BEGIN SELECT 1; END;
----
ok

CREATE OR REPLACE TRIGGER uno BEFORE INSERT ON renamed BEGIN SELECT 1; END;
----
ok

CREATE TRIGGER f AFTER INSERT ON renamed EXECUTE FUNCTION f();
----
error 0A000 at 1:42: EXECUTE FUNCTION of a trigger is not supported
hint: write BEGIN statement; … END

CREATE TRIGGER f AFTER INSERT ON renamed WHEN (NEW.a > 0) EXECUTE FUNCTION f();
----
error 0A000 at 1:59: EXECUTE FUNCTION of a trigger is not supported
hint: write BEGIN statement; … END

CREATE TRIGGER f AFTER TRUNCATE ON renamed BEGIN SELECT 1; END;
----
error 0A000 at 1:24: a trigger for TRUNCATE is not supported

CREATE TRIGGER f AFTER INSERT ON nosuch BEGIN SELECT 1; END;
----
error 42P01 at 1:34: table "nosuch" does not exist

CREATE TRIGGER f AFTER INSERT ON renamed BEGIN INSERT INTO nosuch VALUES (1); END;
----
error 42P01 at 1:60: table "nosuch" does not exist

CREATE TRIGGER f AFTER INSERT ON renamed BEGIN SELECT NEW.nosuch; END;
----
error 42703 at 1:59: column "NEW.nosuch" does not exist

CREATE TRIGGER f AFTER INSERT ON renamed BEGIN SELECT OLD.a; END;
----
error 42P01 at 1:55: FROM has no table "OLD"

CREATE TRIGGER f AFTER INSERT ON renamed FOR EACH STATEMENT BEGIN SELECT NEW.a; END;
----
error 42P01 at 1:74: FROM has no table "NEW"

CREATE TRIGGER f AFTER UPDATE OF nosuch ON renamed BEGIN SELECT 1; END;
----
error 42703 at 1:34: table "renamed" has no column "nosuch"

CREATE TRIGGER f AFTER INSERT ON renamed WHEN (NEW.a) BEGIN SELECT 1; END;
----
error 42804 at 1:48: WHEN takes a condition, not INTEGER

CREATE TRIGGER f AFTER INSERT ON renamed BEGIN SET NEW.a = 1; END;
----
error 42P16 at 1:56: SET NEW is for BEFORE triggers of each row that is inserted or updated

CREATE TRIGGER f BEFORE INSERT ON renamed BEGIN SET NEW.a = 'x'; END;
----
error 22P02 at 1:61: invalid input for type INTEGER: "x"

CREATE TRIGGER f BEFORE INSERT ON renamed BEGIN SET OLD.a = 1; END;
----
error 42601 at 1:53: syntax error: expected NEW and a column of it, found OLD

CREATE TRIGGER f BEFORE INSERT ON renamed BEGIN CREATE TABLE u (a INTEGER); END;
----
error 0A000 at 1:49: anything but SELECT, INSERT, UPDATE, DELETE, MERGE and SET NEW in a trigger is not supported

CREATE TRIGGER f BEFORE INSERT ON renamed BEGIN SELECT ?1; END;
----
error 0A000 at 1:56: a parameter in CREATE TRIGGER is not supported

CREATE TRIGGER f BEFORE INSERT ON renamed BEGIN END;
----
error 42601 at 1:43: syntax error: a trigger has at least one statement

CREATE TRIGGER f BEFORE INSERT ON renamed BEGIN SELECT 1 END;
----
error 42601 at 1:58: syntax error: each statement of a trigger ends with a semicolon

CREATE TRIGGER f INSTEAD OF INSERT ON renamed BEGIN SELECT 1; END;
----
error 42809 at 1:39: "renamed" is a table
hint: tables have BEFORE and AFTER triggers, views INSTEAD OF ones

CREATE VIEW w AS SELECT a FROM renamed;
----
ok

CREATE TRIGGER f AFTER INSERT ON w BEGIN SELECT 1; END;
----
error 42809 at 1:34: "w" is a view
hint: views have INSTEAD OF triggers, tables BEFORE and AFTER ones

CREATE TRIGGER f INSTEAD OF INSERT ON w FOR EACH STATEMENT BEGIN SELECT 1; END;
----
error 42P16 at 1:16: INSTEAD OF triggers are FOR EACH ROW

CREATE TRIGGER f BEFORE INSERT ON renamed REFERENCING NEW TABLE AS x BEGIN SELECT 1; END;
----
error 42P16 at 1:68: transition tables are for AFTER triggers

CREATE TRIGGER f AFTER INSERT ON renamed REFERENCING OLD TABLE AS x BEGIN SELECT 1; END;
----
error 42P16 at 1:67: OLD TABLE is for UPDATE and DELETE

CREATE TRIGGER f AFTER INSERT OR UPDATE ON renamed REFERENCING NEW TABLE AS x BEGIN SELECT 1; END;
----
error 42P16 at 1:77: transition tables are for triggers of one event

CREATE TRIGGER f AFTER INSERT ON renamed BEGIN SELECT RAISE(FAIL, 'x'); END;
----
error 0A000 at 1:55: RAISE(FAIL) is not supported
hint: RAISE(ABORT, message) undoes the statement

CREATE TRIGGER f AFTER INSERT ON renamed BEGIN SELECT RAISE(ROLLBACK, 'x'); END;
----
error 0A000 at 1:55: RAISE(ROLLBACK) is not supported
hint: RAISE(ABORT, message) undoes the statement

CREATE TRIGGER f AFTER INSERT ON renamed BEGIN INSERT INTO renamed SELECT RAISE(IGNORE); END;
----
error 0A000 at 1:75: RAISE(IGNORE) outside of a SELECT of a trigger of each row is not supported

CREATE TRIGGER f AFTER INSERT ON renamed BEGIN SELECT RAISE('x'); END;
----
error 42601 at 1:55: RAISE takes ABORT and a message, or IGNORE

SELECT RAISE(ABORT, 'x');
----
error 42601 at 1:8: RAISE stands in a statement of a trigger
